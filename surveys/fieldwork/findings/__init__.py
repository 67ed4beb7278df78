"""Problems and suggestions in someone's words, their coding, headlines and likeness. Touches visits."""
