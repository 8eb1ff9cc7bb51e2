"""The parts of the Providers page: one provider's key, models, health and a place to try it."""
