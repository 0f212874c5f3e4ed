package object

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
)

// crypt undoes the encryption of the standard security handler (ISO 32000-1,
// 7.6; revisions 5 and 6 by ISO 32000-2) for files that open without a
// password: they only ask not to be printed or changed.
type crypt struct {
	key      []byte
	str, stm method
	// meta says whether the metadata streams are encrypted too.
	meta bool
	self Ref // the dictionary of the encryption, which is plain itself
}

type method uint8

const (
	plain method = iota
	rc4Method
	aesV2
	aesV3
)

// initCrypt prepares decryption when the trailer asks for it.
func (f *File) initCrypt() error {
	enc := f.Trailer["Encrypt"]
	if enc == nil || f.crypt != nil {
		return nil
	}
	d := f.Dict(enc)
	if d == nil {
		return errors.New("it is encrypted and the key's description is damaged")
	}
	if name := f.Name(d["Filter"]); name != "Standard" {
		return ErrEncrypted
	}
	c := &crypt{meta: true}
	c.self, _ = enc.(Ref)
	if v, ok := f.Resolve(d["EncryptMetadata"]).(bool); ok {
		c.meta = v
	}
	size := f.Int(d["Length"]) / 8
	switch v := f.Int(d["V"]); v {
	case 1:
		size, c.str, c.stm = 5, rc4Method, rc4Method
	case 2, 3:
		c.str, c.stm = rc4Method, rc4Method
	case 4, 5:
		c.str, c.stm = f.cryptFilter(d, "StrF"), f.cryptFilter(d, "StmF")
		size = 16
	default:
		return ErrEncrypted
	}
	if size < 5 || size > 16 {
		size = 5
	}
	var ok bool
	if rev := f.Int(d["R"]); rev >= 5 {
		c.key, ok = f.keyV5(d, rev)
	} else {
		c.key, ok = f.keyV4(d, rev, size, c.meta)
	}
	if !ok {
		return ErrEncrypted
	}
	f.crypt = c
	// What was read before the key was known may hold encrypted strings.
	f.cache, f.packs = map[uint32]any{}, map[uint32]*pack{}
	return nil
}

func (f *File) cryptFilter(d Dict, which Name) method {
	cf := f.Dict(f.Dict(d["CF"])[f.Name(d[which])])
	switch f.Name(cf["CFM"]) {
	case "V2":
		return rc4Method
	case "AESV2":
		return aesV2
	case "AESV3":
		return aesV3
	}
	return plain
}

// padding fills up a password (7.6.3.3, algorithm 2).
var padding = []byte("\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a")

// keyV4 derives the key from the empty password and checks it against /U.
func (f *File) keyV4(d Dict, rev, size int, meta bool) ([]byte, bool) {
	o, u := f.String(d["O"]), f.String(d["U"])
	if len(o) < 32 || len(u) < 32 {
		return nil, false
	}
	var id string
	if ids := f.Array(f.Trailer["ID"]); len(ids) > 0 {
		id = f.String(ids[0])
	}
	var p [4]byte
	n, _ := f.Float(d["P"])
	binary.LittleEndian.PutUint32(p[:], uint32(int64(n)))
	h := md5.New()
	h.Write(padding)
	h.Write([]byte(o[:32]))
	h.Write(p[:])
	h.Write([]byte(id))
	if rev >= 4 && !meta {
		h.Write([]byte{255, 255, 255, 255})
	}
	key := h.Sum(nil)
	if rev >= 3 {
		for range 50 {
			sum := md5.Sum(key[:size])
			copy(key, sum[:])
		}
	}
	key = key[:size]
	if rev < 3 {
		return key, string(rc4Bytes(key, padding)) == u[:32]
	}
	sum := md5.Sum(append(bytes.Clone(padding), id...))
	check := sum[:]
	for i := range 20 {
		k := bytes.Clone(key)
		for j := range k {
			k[j] ^= byte(i)
		}
		check = rc4Bytes(k, check)
	}
	return key, string(check) == u[:16]
}

// keyV5 unwraps the file's key with the empty password (ISO 32000-2, 7.6.4.3.3).
func (f *File) keyV5(d Dict, rev int) ([]byte, bool) {
	u, ue := []byte(f.String(d["U"])), []byte(f.String(d["UE"]))
	if len(u) < 48 || len(ue) < 32 {
		return nil, false
	}
	hash := func(salt []byte) []byte {
		if rev == 5 {
			sum := sha256.Sum256(salt)
			return sum[:]
		}
		return hardened(salt)
	}
	if !bytes.Equal(hash(u[32:40]), u[:32]) {
		return nil, false
	}
	block, err := aes.NewCipher(hash(u[40:48]))
	if err != nil {
		return nil, false
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, ue[:32])
	return key, true
}

// hardened is algorithm 2.B of ISO 32000-2 for the empty password.
func hardened(salt []byte) []byte {
	sum := sha256.Sum256(salt)
	k := sum[:]
	for i := 0; ; i++ {
		k1 := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(k1, k1)
		mod := 0
		for _, c := range k1[:16] {
			mod += int(c)
		}
		switch mod % 3 {
		case 0:
			s := sha256.Sum256(k1)
			k = s[:]
		case 1:
			s := sha512.Sum384(k1)
			k = s[:]
		default:
			s := sha512.Sum512(k1)
			k = s[:]
		}
		if i >= 63 && int(k1[len(k1)-1]) <= i-31 {
			return k[:32]
		}
	}
}

func rc4Bytes(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return data
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// apply decrypts data that belongs to an object.
func (c *crypt) apply(m method, data []byte, ref Ref) []byte {
	switch m {
	case plain:
		return data
	case rc4Method:
		return rc4Bytes(c.objectKey(ref, false), data)
	case aesV2:
		return unCBC(c.objectKey(ref, true), data)
	}
	return unCBC(c.key, data)
}

func (c *crypt) objectKey(ref Ref, aes bool) []byte {
	k := append(bytes.Clone(c.key), byte(ref.Num), byte(ref.Num>>8), byte(ref.Num>>16), byte(ref.Gen), byte(ref.Gen>>8))
	if aes {
		k = append(k, "sAlT"...)
	}
	sum := md5.Sum(k)
	return sum[:min(16, len(c.key)+5)]
}

// unCBC decrypts data behind its initialisation vector and takes the padding off.
func unCBC(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 32 {
		return nil
	}
	iv, body := data[:16], data[16:]
	body = bytes.Clone(body[:len(body)/16*16])
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(body, body)
	if n := int(body[len(body)-1]); n >= 1 && n <= 16 {
		body = body[:len(body)-n]
	}
	return body
}

func (c *crypt) stream(data []byte, s *Stream) []byte {
	if !c.meta && s.Dict["Type"] == Name("Metadata") {
		return data
	}
	return c.apply(c.stm, data, s.ref)
}

// decryptStrings replaces the strings inside an object.
func (f *File) decryptStrings(o any, ref Ref) any {
	if f.crypt == nil || f.crypt.str == plain || ref == f.crypt.self {
		return o
	}
	switch v := o.(type) {
	case string:
		return string(f.crypt.apply(f.crypt.str, []byte(v), ref))
	case Array:
		for i := range v {
			v[i] = f.decryptStrings(v[i], ref)
		}
	case Dict:
		for k := range v {
			v[k] = f.decryptStrings(v[k], ref)
		}
	}
	return o
}
