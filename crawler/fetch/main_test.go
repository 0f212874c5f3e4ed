package fetch_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing that a client started may outlive its tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
