"""Disclosure control: what may be published so that nothing small can be worked out, and the proof.

The rooms from the roof to the ground: `choice` of a plan (from observations to a publication), `verdict` (the
proof read again from the publication), `intervals` (what public numbers alone bound), `attempt` (one period
under one plan) with its `testimony`, `marking` and `magnitudes` (what becomes of the rows), `releases`
(earlier publications, filings), `lifting`, `pruning`, `growth` (which cells are hidden, and the witnesses),
`joints` (whether witnesses of several metrics can be those of one set of incidents), `knowledge` (the book of
all releases) with its `corrections`, `hearsay`, `spans` and `filers`, `rows`, `subsets` with `slices`,
`unions`, `meets`, `double` and `conditions` (what one metric tells of another), `cells`, `assembly`
(observations as quantities and equations), `plan` (tables published together), `evidence` (the restricted
file), `proof` (whole numbers only), `programme` (the solver), `system`.
Most of this needs numpy, which comes with the solver; `harmtax.figures.protection` is the way in.
"""
