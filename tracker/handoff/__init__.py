"""Handing a qualified lead from marketing to sales, and sales' answer."""
