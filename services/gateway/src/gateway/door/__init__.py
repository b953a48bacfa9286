"""What every request passes on its way in and out: limits, spans, headers, patience, the choice of the app."""
