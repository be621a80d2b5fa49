"""Measurements that anyone can repeat; not tests."""
