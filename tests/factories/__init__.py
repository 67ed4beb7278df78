"""What tests start from: one factory-boy file per room. Use them inside `with writing():`."""
