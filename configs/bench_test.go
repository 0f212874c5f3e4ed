package configs_test

import (
	"testing"

	"policywatch/configs"
)

// Every start of the program reads all lexicons; this is its fixed cost.
func BenchmarkLexicons(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := configs.Lexicons(configs.Data()); err != nil {
			b.Fatal(err)
		}
	}
}
