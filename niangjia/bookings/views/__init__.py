"""The pages of bookings: what somebody has booked, and draws for everybody and for officers."""
