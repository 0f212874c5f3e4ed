package pdf
import ("testing";"os";"context";"policywatch/crawler/pdf/object")
func TestDbg(t *testing.T){
 body,_ := os.ReadFile(os.Getenv("PDF"))
 f,err := object.Open(body, object.NewBudget(context.Background(),1<<30,1<<20,1<<40))
 if err!=nil {t.Fatal(err)}
 r := New(Options{})
 d := &reading{reader:r,file:f}
 list,_ := leaves(f,1000)
 fonts := map[object.Ref]*font{}
 for i,l := range list { p:=readPage(f,l,fonts); p.number=i; d.pages=append(d.pages,p)}
 d.survey()
 tg := readTags(f)
 t.Logf("pages %d body %v set %+v tags %v", len(list), d.body, d.set, tg!=nil)
 if tg!=nil {
  t.Log("leaves", len(tg.leaves))
  cov,loose,art,nomark:=0,0,0,0
  for _,p := range d.pages { for _,g := range p.glyphs { if blank(g.text)||g.text=="" {continue}; _,in := tg.leaves[leafKey{p.ref.Num,g.mark}]; switch { case g.has(artifact): art++; case g.mark<0: nomark++; case in: cov++; default: loose++ } } }
  t.Log("covered",cov,"loose",loose,"artifact",art,"nomark",nomark)
  ps,ok := d.arrange(tg)
  t.Log("arrange",ok,len(ps))
  if ok { t.Log("well", wellTagged(ps)); if os.Getenv("V")!="" { for _,p := range ps { r:="-"; if p.unit!=nil {r=p.unit.role}; t.Logf("%s cells %d lines %d %q", r, len(p.cells), len(p.lines), p.lines[0].text) } } }
 }
}
