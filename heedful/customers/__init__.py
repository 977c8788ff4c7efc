"""Their people: customers, organisations, identities, touchpoints, consent and value."""
