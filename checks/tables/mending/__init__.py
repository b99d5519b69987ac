"""What helps a person to mend a file: questions, repairs, marked and clean copies."""
