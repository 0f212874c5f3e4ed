package wire

import "policywatch/configs"

// Sample is a file to begin with, as `policywatch config sample` writes it.
type Sample = configs.Sample

// Samples returns all of them.
func Samples() ([]Sample, error) { return configs.Samples() }
