package report

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// fieldCheck reads a template for fields that its data do not have, in every
// branch: running it would find only those of the branches that the run takes. What
// it cannot know the type of it lets pass; the run has the last word.
type fieldCheck struct {
	trees map[string]*parse.Tree
	funcs map[string]any
	seen  map[string]bool // templates within the file, by name and type
	errs  []error
}

// checkFields checks the trees of one file, of which the first name is the root.
func checkFields(root string, trees []*parse.Tree, funcs map[string]any) []error {
	c := fieldCheck{trees: make(map[string]*parse.Tree), funcs: funcs, seen: make(map[string]bool)}
	for _, t := range trees {
		c.trees[t.Name] = t
	}
	c.template(root, reflect.TypeFor[Letter]())
	return c.errs
}

func (c *fieldCheck) template(name string, dot reflect.Type) {
	t := c.trees[name]
	key := fmt.Sprint(name, " ", dot)
	if t == nil || t.Root == nil || c.seen[key] {
		return
	}
	c.seen[key] = true
	s := scope{c, t, map[string]reflect.Type{"$": dot}}
	s.list(t.Root, dot)
}

// scope is where variables are known. A type of nil is one that is not known.
type scope struct {
	*fieldCheck
	tree *parse.Tree
	vars map[string]reflect.Type
}

func (s scope) list(l *parse.ListNode, dot reflect.Type) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			s.pipe(n.Pipe, dot)
		case *parse.IfNode:
			s.pipe(n.Pipe, dot)
			s.list(n.List, dot)
			s.list(n.ElseList, dot)
		case *parse.WithNode:
			s.list(n.List, s.pipe(n.Pipe, dot))
			s.list(n.ElseList, dot)
		case *parse.RangeNode:
			over := s.pipe(n.Pipe, dot)
			if over != nil {
				switch over.Kind() {
				case reflect.Slice, reflect.Array, reflect.Map:
					over = over.Elem()
				case reflect.Int:
				default:
					over = nil
				}
			}
			// The last variable is the element; one before it the index.
			for i, v := range n.Pipe.Decl {
				s.vars[v.Ident[0]] = reflect.TypeFor[int]()
				if i == len(n.Pipe.Decl)-1 {
					s.vars[v.Ident[0]] = over
				}
			}
			s.list(n.List, over)
			s.list(n.ElseList, dot)
		case *parse.TemplateNode:
			s.template(n.Name, s.pipe(n.Pipe, dot))
		}
	}
}

func (s scope) pipe(p *parse.PipeNode, dot reflect.Type) reflect.Type {
	if p == nil {
		return nil
	}
	var out reflect.Type
	for _, c := range p.Cmds {
		out = s.command(c, dot)
	}
	for _, v := range p.Decl {
		s.vars[v.Ident[0]] = out
	}
	return out
}

func (s scope) command(c *parse.CommandNode, dot reflect.Type) reflect.Type {
	types := make([]reflect.Type, len(c.Args))
	for i, a := range c.Args {
		types[i] = s.arg(a, dot)
	}
	name, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		return types[0]
	}
	if f := s.funcs[name.Ident]; f != nil {
		return reflect.TypeOf(f).Out(0)
	}
	switch name.Ident {
	case "index":
		at := types[min(1, len(types)-1)]
		for range len(types) - 2 {
			if at == nil || at.Kind() != reflect.Slice && at.Kind() != reflect.Map {
				return nil
			}
			at = at.Elem()
		}
		return at
	case "slice":
		return types[min(1, len(types)-1)]
	case "print", "printf", "println", "html", "js", "urlquery":
		return reflect.TypeFor[string]()
	case "len":
		return reflect.TypeFor[int]()
	}
	return nil
}

func (s scope) arg(n parse.Node, dot reflect.Type) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return s.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		return s.fields(n, s.vars[n.Ident[0]], n.Ident[1:])
	case *parse.ChainNode:
		return s.fields(n, s.arg(n.Node, dot), n.Field)
	case *parse.PipeNode:
		return s.pipe(n, dot)
	case *parse.StringNode:
		return reflect.TypeFor[string]()
	case *parse.NumberNode:
		return reflect.TypeFor[int]()
	}
	return nil
}

// fields follows a chain of names from a type.
func (s scope) fields(n parse.Node, t reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if t == nil || t.Kind() == reflect.Interface {
			return nil
		}
		if m, ok := t.MethodByName(name); ok {
			t = m.Type.Out(0)
			continue
		}
		switch t.Kind() {
		case reflect.Map:
			t = t.Elem()
			continue
		case reflect.Struct:
			if f, ok := t.FieldByName(name); ok && f.IsExported() {
				t = f.Type
				continue
			}
		}
		at, _ := s.tree.ErrorContext(n)
		s.errs = append(s.errs, fmt.Errorf("template: %s: %s has no field .%s%s", at, kind(t), name, hint(t, name)))
		return nil
	}
	return t
}

// kind says what a type is to who writes a template.
func kind(t reflect.Type) string {
	if t.Kind() == reflect.Struct {
		return "a " + t.Name()
	}
	return "a value of type " + t.String()
}

// hint names the fields that there are.
func hint(t reflect.Type, name string) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	var known []string
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		if strings.EqualFold(f.Name, name) || strings.HasPrefix(strings.ToLower(f.Name), strings.ToLower(name)) {
			return "; did you mean ." + f.Name + "?"
		}
		known = append(known, "."+f.Name)
	}
	slices.Sort(known)
	return "; it has " + strings.Join(known, ", ")
}
