"""What telling is made of: who is told what, when, and the outbox that loses nothing."""
