"""Deliveries that must leave the house, queued with the change that caused them and sent later."""
