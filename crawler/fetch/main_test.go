package fetch_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Nothing that a client started may outlive its tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(patient{m}) }

type patient struct{ *testing.M }

// Run waits after the tests for what ends by itself: on a busy machine that takes
// longer than goleak waits.
func (p patient) Run() (code int) {
	code = p.M.Run()
	for late := time.Now().Add(time.Minute); code == 0 && goleak.Find() != nil && time.Now().Before(late); {
	}
	return code
}
