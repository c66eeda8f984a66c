"""The demo: a simulated brand with known effects, and the service's estimates for it.

==============  ================================================================================
brand           the simulation: people, a calendar and channels with known effects
page_following  people who follow the brand's page, and what that causes
share_cascades  shares that lead to further shares
truth           the true effects of channels, of following and of shares
brand_data      the data that the brand would have: events, costs and platform exports
tour            sends the data to the service and compares the estimates with the truth
==============  ================================================================================
"""
