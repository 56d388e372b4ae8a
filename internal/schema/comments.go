package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// comments by import path, type and field: "path.Type" and "path.Type.Field".
type comments map[string]string

// readComments of the packages in the folders. Go keeps no comments at run time.
func readComments(folders map[string]string) (comments, error) {
	all := comments{}
	for path, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("no Go files of %s in %s", path, folder)
		}
		for _, name := range files {
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			all.read(path, set, file)
		}
	}
	return all, nil
}

func (c comments) read(path string, set *token.FileSet, file *ast.File) {
	for _, decl := range file.Decls {
		types, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range types.Specs {
			declared, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			key := path + "." + declared.Name.Name
			doc := declared.Doc
			if doc == nil {
				doc = types.Doc // the usual place: above the word type
			}
			c[key] = paragraphs(doc.Text())
			if fields, ok := declared.Type.(*ast.StructType); ok {
				c.readFields(key, set, fields)
			}
		}
	}
}

// readFields of a struct. A comment is about the fields that follow it line by line.
func (c comments) readFields(key string, set *token.FileSet, fields *ast.StructType) {
	text, end := "", 0
	for _, field := range fields.Fields.List {
		if begin := set.Position(field.Pos()).Line; field.Doc != nil || begin != end+1 {
			text = paragraphs(field.Doc.Text())
		}
		end = set.Position(field.End()).Line
		for _, name := range field.Names {
			c[key+"."+name.Name] = text
		}
	}
}

// paragraphs without the line breaks within them.
func paragraphs(text string) string {
	var all []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if line := strings.Join(strings.Fields(paragraph), " "); line != "" {
			all = append(all, line)
		}
	}
	return strings.Join(all, "\n\n")
}

// of a type, or of a field that it declares.
func (c comments) of(kind reflect.Type, f *reflect.StructField) string {
	key := kind.PkgPath() + "." + kind.Name()
	// Types of other packages; an own type can have the method from one that it embeds.
	if _, own := c[key]; !own {
		if documented, ok := reflect.TypeAssert[interface{ SwaggerDoc() map[string]string }](reflect.Zero(kind)); ok {
			name := ""
			if f != nil {
				name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
			}
			return documented.SwaggerDoc()[name]
		}
	}
	if f != nil {
		key += "." + f.Name
	}
	return c[key]
}
