"""The demo: a simulated brand with known effects, and the service's estimates for it.

==========  ====================================================================================
brand       the simulation: people, a calendar and channels with known effects
truth       the true effect of each channel
brand_data  the data that the brand would have: events, costs and platform exports
tour        sends the data to the service and compares the estimates with the truth
==========  ====================================================================================
"""
