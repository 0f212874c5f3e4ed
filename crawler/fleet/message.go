package fleet

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"policywatch/store/record"
)

// Protocol is the version of what coordinator and workers say to each other. It
// changes when one of an older version would misunderstand the other; new fields
// that may be ignored do not change it. Workers of protocol 1 ask for robots.txt
// outside a host's turn, and have other imprints.
const Protocol = 2

// The headers of a report that are read before its content.
const (
	headProtocol = "Policywatch-Protocol"
	headVisit    = "Policywatch-Visit"
	headSite     = "Policywatch-Site"
	headWhole    = "Policywatch-Whole" // the visit that this look is part of
	headWorker   = "Policywatch-Worker"
	headVersion  = "Policywatch-Version"
	headObject   = "Policywatch-Object" // where the content lies instead
)

// order is what the coordinator asks for: a visit, or another look at one page.
type order struct {
	Visit   string
	Whole   string // the visit that this look is part of, or is
	Attempt int
	Site    record.Site
	Prior   prior
	// Page is the page to look at again, and First the statement that was read there
	// a moment ago; empty for a whole visit.
	Page  string
	First first
	// Reader is what the coordinator reads statements with.
	Reader string
	// Rules are what is known of robots.txt files, by origin.
	Rules map[string][]byte
	// Within is how long the visit may take.
	Within time.Duration
}

// report is what a worker saw.
type report struct {
	Visit           string
	Worker, Version string
	Vantage         string
	Reader          string
	Observation     record.Observation
	Snapshot        *snapshot
	Known           known
	Rules           map[string][]byte
	Took            time.Duration
}

// octets is a text that came from the network and may be no UTF-8, which JSON would
// mend silently.
type octets string

func (o octets) MarshalText() ([]byte, error) {
	if utf8.ValidString(string(o)) && !strings.HasPrefix(string(o), "\x00") {
		return []byte(o), nil
	}
	return []byte("\x00" + base64.StdEncoding.EncodeToString([]byte(o))), nil
}

func (o *octets) UnmarshalText(b []byte) error {
	if !bytes.HasPrefix(b, []byte{0}) {
		*o = octets(b)
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(string(b[1:]))
	*o = octets(raw)
	return err
}

// What follows mirrors records whose texts are octets, or that keep some of their
// fields out of JSON.

type imprint struct {
	Region, Words          octets
	Before, Within, Length int
	Around                 uint64
	Alone                  bool
	Read                   time.Time
}

func imprintOf(i record.Imprint) imprint {
	return imprint{octets(i.Region), octets(i.Words), i.Before, i.Within, i.Length, i.Around, i.Alone, i.Read}
}

func (i imprint) record() record.Imprint {
	return record.Imprint{Region: string(i.Region), Words: string(i.Words), Before: i.Before, Within: i.Within, Length: i.Length, Around: i.Around, Alone: i.Alone, Read: i.Read}
}

type prior struct {
	record.Prior
	URL, Hint, ETag, LastModified octets
	Imprint                       imprint
}

func priorOf(p record.Prior) prior {
	out := prior{p, octets(p.URL), octets(p.Hint), octets(p.ETag), octets(p.LastModified), imprintOf(p.Imprint)}
	out.Prior.URL, out.Prior.Hint, out.Prior.ETag, out.Prior.LastModified, out.Prior.Imprint = "", "", "", "", record.Imprint{}
	return out
}

func (p prior) record() record.Prior {
	out := p.Prior
	out.URL, out.Hint, out.ETag, out.LastModified, out.Imprint = string(p.URL), string(p.Hint), string(p.ETag), string(p.LastModified), p.Imprint.record()
	return out
}

// first is the statement that a second look is compared with.
type first struct {
	Lang    string
	Imprint imprint
}

// known is what a document keeps out of JSON, and the observation's address.
type known struct {
	URL              octets
	Identity, Exact  string
	Imprint, Respelt imprint
}

type snapshot struct {
	URL, FinalURL octets
	Status        int
	Header        map[string][]octets
	Chain         []hop
	At            time.Time
	Via           string
	Took          time.Duration
	// Size is the length of the body, which follows the JSON; -1 for one that was
	// left out because nothing new is in it.
	Size int
}

type hop struct {
	Status   int
	From, To octets
}

// pack makes a report of an observation; body is what follows the JSON.
func pack(r report, obs record.Observation, slim bool) (out report, body []byte) {
	r.Known.URL, obs.URL = octets(obs.URL), ""
	r.Known.Respelt = imprintOf(obs.Respelt)
	if s := obs.Snapshot; s != nil {
		m := &snapshot{URL: octets(s.URL), FinalURL: octets(s.FinalURL), Status: s.Status, At: s.At, Via: s.Via, Took: s.Took, Size: len(s.Body)}
		if s.Header != nil {
			m.Header = make(map[string][]octets, len(s.Header))
			for k, vs := range s.Header {
				for _, v := range vs {
					m.Header[k] = append(m.Header[k], octets(v))
				}
			}
		}
		for _, h := range s.Chain {
			m.Chain = append(m.Chain, hop{h.Status, octets(h.From), octets(h.To)})
		}
		if body = s.Body; slim {
			m.Size, body = -1, nil
		}
		r.Snapshot, obs.Snapshot = m, nil
	}
	if d := obs.Document; d != nil {
		r.Known.Identity, r.Known.Exact, r.Known.Imprint = d.Identity, d.Exact, imprintOf(d.Imprint)
		if slim {
			short := *d
			short.Blocks, short.Sections, short.Facts = nil, nil, nil
			obs.Document = &short
		}
	}
	r.Observation = obs
	return r, body
}

// unpack is the observation as it was packed.
func (r report) unpack(body []byte) record.Observation {
	obs := r.Observation
	obs.URL, obs.Respelt = string(r.Known.URL), r.Known.Respelt.record()
	if m := r.Snapshot; m != nil {
		s := &record.Snapshot{URL: string(m.URL), FinalURL: string(m.FinalURL), Status: m.Status, At: m.At, Via: m.Via, Took: m.Took}
		if m.Header != nil {
			s.Header = make(map[string][]string, len(m.Header))
			for k, vs := range m.Header {
				for _, v := range vs {
					s.Header[k] = append(s.Header[k], string(v))
				}
			}
		}
		for _, h := range m.Chain {
			s.Chain = append(s.Chain, record.Hop{Status: h.Status, From: string(h.From), To: string(h.To)})
		}
		if m.Size > 0 {
			s.Body = body
		}
		obs.Snapshot = s
	}
	if obs.Document != nil {
		d := *obs.Document
		d.Identity, d.Exact, d.Imprint = r.Known.Identity, r.Known.Exact, r.Known.Imprint.record()
		obs.Document = &d
	}
	return obs
}

// nothingNew reports whether an observation shows the text that stands, read as the
// coordinator reads: then neither page nor text need to travel.
func nothingNew(o order, reader string, obs record.Observation) bool {
	if obs.Fault != nil || o.Page != "" {
		return false
	}
	d := obs.Document
	return obs.Unmodified && obs.Respelt.Words == "" || d != nil && reader == o.Reader && d.Identity == o.Prior.Identity && d.Exact == o.Prior.Exact && d.Exact != ""
}

// maxContent bounds what a message unpacks to, in bytes.
const maxContent = 256 << 20

// codec packs messages: zstd over the length of the JSON, the JSON, and a body.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec() (*codec, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxContent))
	if err != nil {
		return nil, err
	}
	return &codec{enc, dec}, nil
}

func (c *codec) encode(v any, body []byte) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, 0, len(text)+len(body)+binary.MaxVarintLen64)
	plain = binary.AppendUvarint(plain, uint64(len(text)))
	plain = append(append(plain, text...), body...)
	return c.enc.EncodeAll(plain, nil), nil
}

func (c *codec) decode(data []byte, v any) (body []byte, err error) {
	plain, err := c.dec.DecodeAll(data, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack a message: %w", err)
	}
	n, used := binary.Uvarint(plain)
	if used <= 0 || n > uint64(len(plain)-used) {
		return nil, errors.New("unpack a message: its length is wrong")
	}
	plain = plain[used:]
	if err := json.Unmarshal(plain[:n], v); err != nil {
		return nil, fmt.Errorf("unpack a message: %w", err)
	}
	return plain[n:], nil
}

// visitID names a visit by what was known of the site before it: whoever asks
// anew before the archive has it asks for the same one.
func visitID(site record.Site, p record.Prior, last time.Time) string {
	h := sha256.New()
	b, _ := json.Marshal(site)
	fmt.Fprintf(h, "%s\n%d\n%q %q %q %q", b, last.UnixNano(), p.URL, p.Hint, p.Identity, p.Exact)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// lookID names another look within a visit.
func lookID(visit string, parts ...string) string {
	sum := sha256.Sum256([]byte(visit + "\x00" + strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// page is the page that a visit begins with; empty where it must be searched for.
func page(site record.Site, p record.Prior) string {
	if p.URL == "" || site.URL != "" && site.URL != p.Hint {
		return site.URL
	}
	return p.URL
}

// hostOf is the host whose turn an order takes.
func hostOf(site record.Site, page string) string {
	if u, err := url.Parse(page); err == nil && u.Host != "" {
		return u.Host
	}
	return site.Domain
}
