"""The go-live journeys: programs that walk a Stampbook through its public doors and prove what they see."""
