"""The made-up brand: a simulation whose truth is known, and a tour that puts the service to it.

=========  ======================================================================================
brand      the model: people, a calendar, channels with known effects; what happens is drawn
truth      what each channel really did
exhibits   what such a brand would have at hand: event lines, costs, platform exports
tour       loads all of it through the front doors, asks, and sets the answers beside the truth
=========  ======================================================================================
"""
