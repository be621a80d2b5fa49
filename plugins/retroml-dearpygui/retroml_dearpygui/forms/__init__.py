"""Forms made from the declared settings of algorithms and configs."""
