"""Everything that touches Dear PyGui."""
