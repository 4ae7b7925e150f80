"""What the field means. Standard library only."""
