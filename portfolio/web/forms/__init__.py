"""The forms: text to typed values, errors beside fields."""
