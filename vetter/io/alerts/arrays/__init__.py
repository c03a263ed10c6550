"""Stamps of many candidates in one array of numpy, as classifiers are trained on."""
