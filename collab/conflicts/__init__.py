"""What a clean merge of a menu leaves for a person to decide, and how it is decided."""
