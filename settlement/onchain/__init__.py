"""Everything that speaks to the contracts: compiled code, deployment, bindings, signatures."""
