// Package notifytest holds what the tests of all senders share. Only tests
// import it.
package notifytest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
)

// NoSecret fails the test when one of the values shows a secret in any form
// that a program may bring it into: every verb of fmt, JSON, both handlers of
// slog. It looks for the secret as it is, in base64 and escaped for a URL.
func NoSecret(t testing.TB, secrets []string, values ...any) {
	t.Helper()
	for _, v := range values {
		if v == nil {
			continue
		}
		var log bytes.Buffer
		for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(h).Info("value", "value", v)
		}
		shown := []string{log.String()}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
		if b, err := json.Marshal(v); err == nil {
			shown = append(shown, string(b))
		}
		for _, secret := range secrets {
			forms := []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), url.QueryEscape(secret), url.PathEscape(secret),
				fmt.Sprintf("%x", secret)}
			for _, s := range shown {
				for _, f := range forms {
					if strings.Contains(s, f) {
						t.Errorf("a secret shows in %T: %s", v, s)
					}
				}
			}
		}
	}
}
