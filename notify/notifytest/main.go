package notifytest

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Main runs a package's tests, and fails where something that they started is still
// running.
func Main(m *testing.M) { goleak.VerifyTestMain(patient{m}) }

type patient struct{ *testing.M }

// Run waits after the tests for what ends by itself: on a busy machine that takes
// longer than goleak waits.
func (p patient) Run() (code int) {
	code = p.M.Run()
	for late := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(late); {
	}
	return code
}
