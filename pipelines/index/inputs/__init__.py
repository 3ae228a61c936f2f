"""What the engine makes of stored series before it reads them."""
