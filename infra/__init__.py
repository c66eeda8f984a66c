"""What stands around the service: resources to merge, local engines, measurements."""
