"""The events door: takes what clients of Segment, RudderStack, Jitsu and PostHog send, as they send it."""
