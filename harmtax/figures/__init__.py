"""The numbers: what an advertiser and the public read."""
