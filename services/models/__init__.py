"""Who answers: keys, addresses, model lists, what is known of each model and provider."""
