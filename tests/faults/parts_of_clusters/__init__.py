"""What the tests of crash points, streams, failover, clusters and storms share."""
