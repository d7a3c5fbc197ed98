// Log_check checks a published transparency log (c2sp.org/tlog-tiles) from its bytes, or writes one.
//
//	log_check -key VKEY [-witness VKEY] [-kept NOTE]... [-proof FILE.tlog-proof]... [FOLDER]
//	log_check -write ENTRIES -origin NAME FOLDER
//
// It shares no code with Stellwerk: notes and trees are those of Go's checksum database,
// golang.org/x/mod/sumdb. All hashes are computed from the entries; what else lies in the folder
// (the checkpoint, the tiles, checkpoints under cosigned/) and what is given is compared with them.
// It prints what it checked. The exit status is 1 when something is wrong, with the first thing
// found on stderr, and 2 when it was called wrongly.
//
// -key and -witness may be given several times: keys that signed the log one after another, and
// witnesses of which one or more must have cosigned each checkpoint that the folder keeps as
// cosigned. A proof is checked with the entry beside it (FILE.entry.json), in the log, or both;
// without a folder only -proof is checked.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8           // of a tile
	width  = 1 << height // hashes of a full tile, entries of a full bundle
	// Of a larger log not every entry's inclusion is proven, but about so many.
	provenAtMost = 1 << 17
)

func main() {
	var keys, witnesses, kept, proofs list
	flag.Var(&keys, "key", "verifier `key` of the log; several times: each that signed it")
	flag.Var(&witnesses, "witness", "verifier `key` of a witness")
	flag.Var(&kept, "kept", "`file` with an earlier checkpoint of the log")
	flag.Var(&proofs, "proof", "`file` with the proof of an entry")
	entries := flag.Int64("write", -1, "write a log of so many `entries`")
	origin := flag.String("origin", "log.example/go", "`name` of the log to write")
	flag.Parse()

	var err error
	switch {
	case *entries >= 0 && flag.NArg() == 1:
		err = write(flag.Arg(0), *origin, *entries)
	case len(keys) > 0 && (flag.NArg() == 1 || flag.NArg() == 0 && len(proofs) > 0 && len(kept) == 0):
		err = check(flag.Arg(0), keys, witnesses, kept, proofs)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// A list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// Checking.

func check(folder string, keys, witnesses, kept, proofs []string) error {
	t, err := newTrust(keys, witnesses)
	if err != nil {
		return err
	}
	var l *publishedLog
	if folder != "" {
		if l, err = checkLog(folder, t, kept); err != nil {
			return err
		}
	}
	for _, file := range proofs {
		if err := checkProof(file, t, l); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(proofs) > 0 {
		report("proofs", "%d entries are in the tree of a signed checkpoint", len(proofs))
	}
	return nil
}

func checkLog(folder string, t *trust, kept []string) (*publishedLog, error) {
	data, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return nil, err
	}
	head, err := t.open(data)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	report("checkpoint", "%s, %d entries, signed; cosigned by %d of the %d given witnesses",
		head.origin, head.size, head.cosigned, len(t.witnesses))
	l := &publishedLog{folder: folder, head: head}
	for _, step := range []func() error{l.checkEntries, l.checkTiles, l.checkOtherFiles, l.checkInclusion} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return l, l.checkKept(t, kept)
}

func report(what, format string, values ...any) {
	fmt.Printf("%-12s %s\n", what, fmt.Sprintf(format, values...))
}

// A trust knows whose signatures count.
type trust struct {
	logs      map[string]bool // names of the log's keys
	witnesses map[string]bool
	verifiers note.Verifiers
}

func newTrust(keys, witnesses []string) (*trust, error) {
	t := &trust{logs: map[string]bool{}, witnesses: map[string]bool{}}
	var all []note.Verifier
	for _, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
		t.logs[v.Name()] = true
		all = append(all, v)
	}
	for _, key := range witnesses {
		v, err := newCosigner(strings.TrimSpace(key))
		if err != nil {
			return nil, fmt.Errorf("witness %q: %w", key, err)
		}
		t.witnesses[v.Name()] = true
		all = append(all, v)
	}
	t.verifiers = note.VerifierList(all...)
	return t, nil
}

// A cosigner verifies a witness's signatures (c2sp.org/tlog-cosignature, Ed25519).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(text string) (note.Verifier, error) {
	const cosignature = 4 // type of the key
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("is no verifier key")
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
		return nil, errors.New("is no key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if binary.BigEndian.Uint32(sum[:]) != uint32(id) {
		return nil, errors.New("its id is that of another key")
	}
	return &cosigner{parts[0], uint32(id), key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	const timeSize = 8
	if len(signature) != timeSize+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(c.key, []byte(signed), signature[timeSize:])
}

// A checkpoint says what all entries of a log were at some time (c2sp.org/tlog-checkpoint).
type checkpoint struct {
	origin   string
	size     int64
	root     tlog.Hash
	cosigned int // by so many of the trusted witnesses
}

// open verifies a signed checkpoint: a key of the log must have signed it under its origin.
func (t *trust) open(data []byte) (*checkpoint, error) {
	n, err := note.Open(data, t.verifiers)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return nil, errors.New("has less than three lines")
	}
	c := &checkpoint{origin: lines[0]}
	if c.size, err = parseNumber(lines[1]); err != nil {
		return nil, err
	}
	if c.root, err = tlog.ParseHash(lines[2]); err != nil {
		return nil, err
	}
	signed := false
	for _, s := range n.Sigs {
		if t.witnesses[s.Name] {
			c.cosigned++
		} else if t.logs[s.Name] && s.Name == c.origin {
			signed = true
		}
	}
	if !signed {
		return nil, fmt.Errorf("no given key of %s signed it", c.origin)
	}
	return c, nil
}

// parseNumber accepts the one spelling that a number has in these formats.
func parseNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// A storage holds all hashes of a tree in tlog's order.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not in the tree", index)
		}
		hashes[i] = s[index]
	}
	return hashes, nil
}

func (s *storage) add(n int64, record tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(n, record, *s)
	*s = append(*s, hashes...)
	return err
}

func (s storage) root(size int64) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil // tlog gives zeros, RFC 6962 this
	}
	return tlog.TreeHash(size, s)
}

// A publishedLog is a folder whose checkpoint was verified.
type publishedLog struct {
	folder  string
	head    *checkpoint
	records []tlog.Hash
	hashes  storage
}

// checkEntries computes the tree of all entries, and compares its root with the checkpoint's.
func (l *publishedLog) checkEntries() error {
	bundles := tilesOf(-1, l.head.size)
	for _, bundle := range bundles {
		entries, err := l.readBundle(bundle)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			record := tlog.RecordHash(entry)
			if err := l.hashes.add(int64(len(l.records)), record); err != nil {
				return err
			}
			l.records = append(l.records, record)
		}
	}
	root, err := l.hashes.root(l.head.size)
	if err != nil {
		return err
	}
	if root != l.head.root {
		return fmt.Errorf("the root of the entries is %v, that of the checkpoint %v", root, l.head.root)
	}
	report("entries", "%d in %d bundles; their root is the checkpoint's", len(l.records), len(bundles))
	return nil
}

// checkTiles compares all tiles with those that the entries give.
func (l *publishedLog) checkTiles() error {
	tiles := 0
	for level := 0; count(level, l.head.size) > 0; level++ {
		for _, tile := range tilesOf(level, l.head.size) {
			got, err := l.readTile(tile)
			if err != nil {
				return err
			}
			if err := l.compareTile(tile, got); err != nil {
				return err
			}
			tiles++
		}
	}
	report("tiles", "%d, byte for byte those of the entries", tiles)
	return nil
}

func (l *publishedLog) compareTile(tile tlog.Tile, got []byte) error {
	want, err := tlog.ReadTileData(tile, l.hashes)
	if err != nil {
		return err
	}
	for i := 0; i < len(want); i += tlog.HashSize {
		if !bytes.Equal(got[i:i+tlog.HashSize], want[i:i+tlog.HashSize]) {
			return fmt.Errorf("%s: hash %d is not that of the entries", path(tile), i/tlog.HashSize)
		}
	}
	return nil
}

// checkOtherFiles looks at tiles and bundles that no reader of this size needs: those of earlier
// sizes must be the same. What is there for a later size is only counted.
func (l *publishedLog) checkOtherFiles() error {
	needed := map[string]bool{}
	for level := -1; count(level, l.head.size) > 0; level++ {
		for _, tile := range tilesOf(level, l.head.size) {
			needed[path(tile)] = true
		}
	}
	earlier, later, others := 0, 0, 0
	visit := func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(l.folder, file)
		if err != nil || needed[name] {
			return err
		}
		tile, err := parsePath(name)
		switch {
		case err != nil:
			others++
		case tile.N > (count(tile.L, l.head.size)-int64(tile.W))>>height:
			later++
		default:
			earlier++
			return l.checkEarlier(tile)
		}
		return nil
	}
	tiles := filepath.Join(l.folder, "tile")
	if _, err := os.Stat(tiles); os.IsNotExist(err) && l.head.size == 0 {
		return nil
	}
	if err := filepath.WalkDir(tiles, visit); err != nil {
		return err
	}
	report("other files", "%d of earlier sizes, the same; not looked at: %d of later sizes, %d that are no tiles",
		earlier, later, others)
	return nil
}

func (l *publishedLog) checkEarlier(tile tlog.Tile) error {
	if tile.L >= 0 {
		data, err := l.readTile(tile)
		if err != nil {
			return err
		}
		return l.compareTile(tile, data)
	}
	entries, err := l.readBundle(tile)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != l.records[tile.N<<height+int64(i)] {
			return fmt.Errorf("%s: entry %d is not that of the later bundle", path(tile), i)
		}
	}
	return nil
}

// checkInclusion proves of each entry, or of many, that it is in the checkpoint's tree.
func (l *publishedLog) checkInclusion() error {
	size := l.head.size
	step := 1 + (size-1)/provenAtMost
	proven := 0
	for i := int64(0); i < size; i += step {
		proof, err := tlog.ProveRecord(size, i, l.hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, size, l.head.root, i, l.records[i]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		proven++
	}
	report("inclusion", "proven of %d entries", proven)
	return nil
}

// checkKept compares checkpoints that were kept with the log: those in the folder and those given.
func (l *publishedLog) checkKept(t *trust, kept []string) error {
	cosigned, err := filepath.Glob(filepath.Join(l.folder, "cosigned", "*.note"))
	if err != nil {
		return err
	}
	for i, file := range append(cosigned, kept...) {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		c, err := t.open(data)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if i < len(cosigned) && len(t.witnesses) > 0 && c.cosigned == 0 {
			return fmt.Errorf("%s: no given witness cosigned it", file)
		}
		if err := l.continues(c); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	report("consistency", "the log continues %d kept checkpoints, %d given ones", len(cosigned), len(kept))
	return nil
}

// continues proves that a checkpoint is of this log's first entries.
func (l *publishedLog) continues(c *checkpoint) error {
	if c.origin != l.head.origin {
		return fmt.Errorf("is of another log, %s", c.origin)
	}
	if c.size > l.head.size {
		return fmt.Errorf("covers %d entries, the log has %d", c.size, l.head.size)
	}
	root, err := l.hashes.root(c.size)
	if err != nil {
		return err
	}
	if root != c.root {
		return fmt.Errorf("the root of the first %d entries is %v, that of the checkpoint %v", c.size, root, c.root)
	}
	if c.size == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(l.head.size, c.size, l.hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, l.head.size, l.head.root, c.size, c.root)
}

// checkProof verifies a proof file; l may be nil.
func checkProof(file string, t *trust, l *publishedLog) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	index, proof, signed, err := parseProof(data)
	if err != nil {
		return err
	}
	c, err := t.open(signed)
	if err != nil {
		return err
	}
	if index >= c.size {
		return fmt.Errorf("entry %d of %d", index, c.size)
	}
	var records []tlog.Hash
	entry, err := os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".entry.json")
	if err == nil {
		records = append(records, tlog.RecordHash(entry))
	} else if !os.IsNotExist(err) {
		return err
	}
	if l != nil {
		if err := l.continues(c); err != nil {
			return err
		}
		records = append(records, l.records[index])
	}
	if len(records) == 0 {
		return errors.New("there is neither the entry beside it nor a log")
	}
	for _, record := range records {
		if err := tlog.CheckRecord(proof, c.size, c.root, index, record); err != nil {
			return err
		}
	}
	return nil
}

// parseProof reads c2sp.org/tlog-proof.
func parseProof(data []byte) (index int64, proof tlog.RecordProof, signed []byte, err error) {
	fail := func(text string) (int64, tlog.RecordProof, []byte, error) { return 0, nil, nil, errors.New(text) }
	head, signed, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fail("is no proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return fail("has no index")
	}
	if index, err = parseNumber(strings.TrimPrefix(lines[0], "index ")); err != nil {
		return 0, nil, nil, err
	}
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, err
		}
		proof = append(proof, hash)
	}
	return index, proof, signed, nil
}

// Files.

// count is how many hashes a log has at a level, or entries at level -1.
func count(level int, size int64) int64 {
	if level < 0 {
		return size
	}
	return size >> (height * level)
}

// tilesOf lists a level's tiles, or the bundles at level -1; the last may be partial.
func tilesOf(level int, size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for left := count(level, size); left > 0; left -= width {
		tile := tlog.Tile{H: height, L: level, N: int64(len(tiles)), W: width}
		if left < width {
			tile.W = int(left)
		}
		tiles = append(tiles, tile)
	}
	return tiles
}

// path names a tile in the log's folder: tlog writes the height, too, and calls bundles data.
func path(tile tlog.Tile) string {
	name := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(name, "data/", "entries/", 1)
}

func parsePath(name string) (tlog.Tile, error) {
	rest := strings.TrimPrefix(filepath.ToSlash(name), "tile/")
	rest = strings.Replace(rest, "entries/", "data/", 1)
	tile, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", height, rest))
	if err != nil || path(tile) != name {
		return tile, fmt.Errorf("%s: no tile has this name", name)
	}
	return tile, nil
}

// readWhole reads a tile's file. A partial tile may have been replaced by the full one, which is
// given back then.
func (l *publishedLog) readWhole(tile tlog.Tile) ([]byte, tlog.Tile, error) {
	data, err := os.ReadFile(filepath.Join(l.folder, path(tile)))
	if !os.IsNotExist(err) || tile.W == width {
		return data, tile, err
	}
	full := tile
	full.W = width
	data, fullErr := os.ReadFile(filepath.Join(l.folder, path(full)))
	if fullErr != nil {
		return nil, tile, err
	}
	return data, full, nil
}

func (l *publishedLog) readTile(tile tlog.Tile) ([]byte, error) {
	data, found, err := l.readWhole(tile)
	if err != nil {
		return nil, err
	}
	if len(data) != found.W*tlog.HashSize {
		return nil, fmt.Errorf("%s: %d bytes instead of %d", path(found), len(data), found.W*tlog.HashSize)
	}
	return data[:tile.W*tlog.HashSize], nil
}

// readBundle gives the entries of a bundle: each is 2 bytes of length and so many bytes.
func (l *publishedLog) readBundle(bundle tlog.Tile) ([][]byte, error) {
	data, found, err := l.readWhole(bundle)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s: entry %d is cut off", path(found), len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(entries) != found.W {
		return nil, fmt.Errorf("%s: %d entries instead of %d", path(found), len(entries), found.W)
	}
	return entries[:bundle.W], nil
}

// Writing.

// write makes FOLDER/log, the key that verifies it, and the proof of the entry in its middle.
func write(folder, origin string, size int64) error {
	l := &publishedLog{folder: filepath.Join(folder, "log")}
	if err := l.writeEntries(size); err != nil {
		return err
	}
	if err := l.writeTiles(size); err != nil {
		return err
	}
	root, err := l.hashes.root(size)
	if err != nil {
		return err
	}
	private, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%v\n", origin, size, root)}, signer)
	if err != nil {
		return err
	}
	if err := l.writeFile("checkpoint", signed); err != nil {
		return err
	}
	if err := l.writeFile("../log.vkey", []byte(public+"\n")); err != nil || size == 0 {
		return err
	}
	return l.writeProof(size, size/2, signed)
}

func (l *publishedLog) writeEntries(size int64) error {
	for _, bundle := range tilesOf(-1, size) {
		var data []byte
		for i := 0; i < bundle.W; i++ {
			n := int64(len(l.records))
			entry := entryOf(n)
			data = binary.BigEndian.AppendUint16(data, uint16(len(entry)))
			data = append(data, entry...)
			l.records = append(l.records, tlog.RecordHash(entry))
			if err := l.hashes.add(n, l.records[n]); err != nil {
				return err
			}
		}
		if err := l.writeFile(path(bundle), data); err != nil {
			return err
		}
	}
	return nil
}

func (l *publishedLog) writeTiles(size int64) error {
	for level := 0; count(level, size) > 0; level++ {
		for _, tile := range tilesOf(level, size) {
			data, err := tlog.ReadTileData(tile, l.hashes)
			if err != nil {
				return err
			}
			if err := l.writeFile(path(tile), data); err != nil {
				return err
			}
		}
	}
	return nil
}

// entryOf makes entries of different lengths, an empty one and some of more than 256 bytes among them.
func entryOf(n int64) []byte {
	if n%100 == 7 {
		return nil
	}
	return []byte(fmt.Sprintf("entry %d %s", n, strings.Repeat(".", int(n%300))))
}

func (l *publishedLog) writeProof(size, index int64, signed []byte) error {
	proof, err := tlog.ProveRecord(size, index, l.hashes)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", index)
	for _, hash := range proof {
		text += hash.String() + "\n"
	}
	if err := l.writeFile("../middle.entry.json", entryOf(index)); err != nil {
		return err
	}
	return l.writeFile("../middle.tlog-proof", append([]byte(text+"\n"), signed...))
}

func (l *publishedLog) writeFile(name string, data []byte) error {
	file := filepath.Join(l.folder, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
