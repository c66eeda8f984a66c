"""The views: one module of declared routes per resource."""
