"""One port's packets and calls as a story: steps with times, and what they mean."""
