package configs

import (
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Secret is a value that must not be seen: it prints as "<secret>" in every
// verb, log and encoding. In the file it is written as ${NAME} (environment),
// file:PATH (the file's content without its last newline) or literally.
type Secret string

const hidden = "<secret>"

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// MarshalText hides the value from JSON, YAML and slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the value itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

var envRef = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// resolve replaces references by what they refer to. A variable that is not
// set is an error: a signature made with an empty key would look like success.
func (s Secret) resolve(env func(string) (string, bool)) (Secret, error) {
	if path, ok := strings.CutPrefix(string(s), "file:"); ok {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
		return Secret(strings.TrimRight(string(b), "\r\n")), nil
	}
	var missing string
	out := envRef.ReplaceAllStringFunc(string(s), func(ref string) string {
		name := ref[2 : len(ref)-1]
		v, ok := env(name)
		if !ok && missing == "" {
			missing = name
		}
		return v
	})
	if missing != "" {
		return "", fmt.Errorf("environment variable %s is not set", missing)
	}
	return Secret(out), nil
}

// Size is a number of bytes, written as 20MiB, 500KiB or plain bytes.
type Size int64

var sizeUnits = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	unit := int64(1)
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = strings.TrimSpace(n), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n*float64(unit) > 1<<40 {
		return fmt.Errorf("%q is not a size; write it as 20MiB or 500KiB", b)
	}
	*s = Size(n * float64(unit))
	return nil
}

// MarshalText writes a size in the largest unit that divides it.
func (s Size) MarshalText() ([]byte, error) {
	for _, u := range []int{2, 1, 0} {
		if n := sizeUnits[u]; int64(s) >= n.bytes && int64(s)%n.bytes == 0 {
			return fmt.Appendf(nil, "%d%s", int64(s)/n.bytes, n.suffix), nil
		}
	}
	return fmt.Appendf(nil, "%dB", int64(s)), nil
}

// Percent is a share, written as 10%.
type Percent float64

// UnmarshalText reads a share.
func (p *Percent) UnmarshalText(b []byte) error {
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(b)), "%")), 64)
	if err != nil || n < 0 || n > 100 {
		return fmt.Errorf("%q is not a share; write it as 10%%", b)
	}
	*p = Percent(n)
	return nil
}

// MarshalText writes a share.
func (p Percent) MarshalText() ([]byte, error) {
	return []byte(strconv.FormatFloat(float64(p), 'g', -1, 64) + "%"), nil
}

// Duration is a time span, written as 90s, 10m or 12h.
type Duration time.Duration

// UnmarshalText reads a time span.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a time span; write it as 90s, 10m or 12h", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes a time span.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return time.Duration(d).String() }

// Network is a range of addresses, written as 10.0.0.0/8 or a single address.
type Network netip.Prefix

// UnmarshalText reads a network.
func (n *Network) UnmarshalText(b []byte) error {
	if a, err := netip.ParseAddr(string(b)); err == nil {
		*n = Network(netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	p, err := netip.ParsePrefix(string(b))
	if err != nil {
		return fmt.Errorf("%q is not a network; write it as 10.0.0.0/8", b)
	}
	*n = Network(p)
	return nil
}

// MarshalText writes a network.
func (n Network) MarshalText() ([]byte, error) { return netip.Prefix(n).MarshalText() }

// The decoder forgets where a value stood when a text unmarshaler refuses it;
// these methods keep the place.

// UnmarshalYAML reads a size and names its place when it is bad.
func (s *Size) UnmarshalYAML(n ast.Node) error { return atNode(n, s.UnmarshalText) }

// UnmarshalYAML reads a share and names its place when it is bad.
func (p *Percent) UnmarshalYAML(n ast.Node) error { return atNode(n, p.UnmarshalText) }

// UnmarshalYAML reads a time span and names its place when it is bad.
func (d *Duration) UnmarshalYAML(n ast.Node) error { return atNode(n, d.UnmarshalText) }

// UnmarshalYAML reads a network and names its place when it is bad.
func (n *Network) UnmarshalYAML(node ast.Node) error { return atNode(node, n.UnmarshalText) }

func atNode(n ast.Node, read func([]byte) error) error {
	t := n.GetToken()
	err := read([]byte(t.Value))
	if err == nil {
		return nil
	}
	key := strings.TrimPrefix(n.GetPath(), "$.")
	return &Error{Line: t.Position.Line, Column: t.Position.Column, Key: key, Message: err.Error()}
}
