"""What holds for the whole checkout: lines between rooms, no secrets, versions said once."""
