package extract_test

import (
	"fmt"
	"strings"
)

// family renders a statement as one kind of site does, with the site's noise
// around it.
type family struct {
	name string
	page func(s statement, n noise) string
}

func page(s statement, n noise, head, body string) string {
	return fmt.Sprintf("<!DOCTYPE html>\n<html lang=%q dir=%q><head><meta charset=\"utf-8\"><title>%s</title>%s<style>.a{color:red}</style><script>var t='%s';</script></head>%s</html>",
		s.lang, s.dir, head, "", n.token(), body)
}

var families = []family{
	{"sharepoint", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p><strong style=\"color:#0072c6\">%s</strong></p>\n"
		m.para = "<p style=\"text-align:justify\"><span lang=\"AR-SA\" style=\"font-size:14pt\">%s</span></p>\n"
		return page(s, n, s.title, `<body onload="_spBodyOnLoadWrapper()"><form method="post" id="aspnetForm"><input type="hidden" name="__REQUESTDIGEST" value="0x`+n.token()+`">
<div id="s4-ribbonrow"><span class="s4-skip"><a href="#m">`+n.pick("رفتن به محتوای اصلی", "تخطي أوامر الشريط", "Skip Ribbon Commands")+`</a></span><a href="#c">`+n.pick("رفتن به محتوا", "التخطي إلى المحتوى الأساسي", "Skip to main content")+`</a></div>
<div id="s4-workspace"><div id="s4-bodyContainer"><div class="ms-dateline">`+n.today()+`</div><div class="logo"><a href="/">`+n.org()+`</a></div><div id="top">`+n.menu()+`</div>
<div class="ms-breadcrumb-box"><a href="/">`+n.pick("صفحه اصلی", "الرئيسية", "Home")+`</a> &gt; <span>`+s.title+`</span></div>
<div id="side"><h3>`+n.pick("آخرین اخبار", "آخر الأخبار", "Latest news")+`</h3>`+n.news()+`</div>
<div id="contentBox"><div id="DeltaPlaceHolderMain"><h1 class="pt">`+s.title+`</h1><div class="article-content"><div id="ctl00_x__ControlWrapper_RichHtmlField" class="ms-rtestate-field" style="display:inline" aria-labelledby="x"><div>`+s.write(m)+`</div></div></div></div>
<div class="ms-rating">`+n.pick("امتیاز شما", "التقييم", "Average rating")+`: `+fmt.Sprint(n.r.IntN(5))+`</div></div>
<div id="foot">`+n.links(" | ")+` <span>`+n.visits()+`</span></div></div></div></form></body>`)
	}},
	{"wordpress", func(s statement, n noise) string {
		return page(s, n, s.title+" – "+n.org(), `<body class="page"><a class="skip-link screen-reader-text" href="#content">`+n.pick("پرش به محتوا", "تخطي إلى المحتوى", "Skip to content")+`</a>
<div id="page"><header id="masthead"><p class="site-title"><a href="/">`+n.org()+`</a></p><div>`+n.today()+`</div><nav>`+n.menu()+`</nav></header><div class="slider">`+n.banner()+`</div>
<div id="content"><main><article id="post-3"><header class="entry-header"><h1 class="entry-title">`+s.title+`</h1></header><div class="entry-content">`+s.write(plainMarks)+`<div class="post-views">`+n.visits()+`</div>
<div class="sharedaddy"><h3>`+n.pick("این مطلب را به اشتراک بگذارید", "شارك هذه الصفحة", "Share this page")+`</h3><ul><li><a href="https://t.example/s">Telegram</a></li><li><a href="https://x.example/s">X</a></li></ul></div></div></article></main>
<aside><section><h2>`+n.pick("آخرین اخبار", "آخر الأخبار", "Recent posts")+`</h2>`+n.news()+`</section><form role="search"><label>`+n.pick("جستجو", "بحث", "Search")+`</label><input type="search"><button>`+n.pick("جستجو", "بحث", "Search")+`</button></form></aside></div>
<footer>`+n.menu()+`<p>© 1404 `+n.org()+`</p></footer></div><div id="cookie-bar"><p>`+n.pick("این وب‌سایت برای بهبود کار خود از کوکی استفاده می‌کند.", "يستخدم هذا الموقع ملفات تعريف الارتباط لتحسين تجربتك.", "This website uses cookies to improve your experience.")+`</p><button>`+n.pick("می‌پذیرم", "موافق", "Accept")+`</button><button>`+n.pick("رد همه", "رفض الكل", "Reject all")+`</button></div></body>`)
	}},
	{"wordpress accordion", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<div class="elementor-accordion-item"><div class="elementor-tab-title" role="button" aria-controls="c" aria-expanded="false"><span class="icon" aria-hidden="true"><i class="fas fa-plus"></i></span><a class="elementor-accordion-title" tabindex="0">%s</a></div>`
		m.open, m.close = `<div class="elementor-tab-content" role="region" style="display: none;">`, "</div></div>\n"
		return page(s, n, s.title, `<body><div class="hdr">`+n.menu()+`<span>`+n.today()+`</span></div><div data-elementor-type="wp-page"><section><div><h2 class="elementor-heading-title">`+s.title+`</h2></div></section><section><div class="elementor-accordion">`+s.write(m)+`</div></section></div><div class="ftr"><div>`+n.menu()+`</div><p>`+n.visits()+`</p></div></body>`)
	}},
	{"dotnetnuke", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p><b><font size=\"3\">%s</font></b></p>\n"
		m.para = "<p dir=\"" + s.dir + "\"><font face=\"Tahoma\" size=\"2\">%s</font></p>\n"
		return page(s, n, n.org()+" > "+s.title, `<body id="Body"><form method="post" id="Form" enctype="multipart/form-data"><input type="hidden" name="__VIEWSTATE" value="`+n.token()+`"><div id="dnn_ControlPanel"></div><div class="skin"><div class="date">`+n.today()+`</div><div id="dnnMenu">`+n.menu()+`</div><div class="login"><a href="/login">`+n.pick("ورود", "تسجيل الدخول", "Login")+`</a> <a href="/reg">`+n.pick("ثبت نام", "تسجيل", "Register")+`</a></div>
<div id="dnn_LeftPane"><div class="DnnModule"><h2><span class="Head">`+n.pick("اخبار", "الأخبار", "News")+`</span></h2>`+n.news()+`</div></div>
<div id="dnn_ContentPane"><div class="DnnModule DnnModule-DNN_HTML"><div class="c_head"><h2><span id="dnn_ctr_dnnTITLE_titleLabel" class="Head">`+s.title+`</span></h2></div><div class="contentmain1"><div id="dnn_ctr471_HtmlModule_lblContent" class="Normal">`+s.write(m)+`</div></div></div></div>
<div id="dnn_BottomPane">`+n.visits()+`</div><div class="footer"><span>Copyright `+n.org()+`</span>`+n.links(" ")+`</div></div></form></body>`)
	}},
	{"aspnet tables", func(s statement, n noise) string {
		m := plainMarks
		m.heading, m.para = "<b>%s</b><br>\n", "%s<br><br>\n"
		m.item, m.listOpen, m.listClose = "• %s<br>\n", "", "<br>"
		m.tableOpen = "<table border=1>"
		m.tableClose = "</table><br>"
		return page(s, n, s.title+" | "+n.org(), `<body topmargin=0><form id="form1"><input type="hidden" id="__EVENTVALIDATION" value="`+n.token()+`"><table width="100%"><tr><td colspan=3><table width="100%"><tr><td><img src="h.gif"></td><td>`+n.today()+`</td></tr></table></td></tr>
<tr><td colspan=3>`+n.banner()+`</td></tr><tr><td width=170 valign=top><table>`+strings.NewReplacer("<ul>", "", "</ul>", "", "<li>", "<tr><td>", "</li>", "</td></tr>").Replace(n.menu())+`</table></td>
<td valign=top><table width="100%"><tr><td class="t"><h1>`+s.title+`</h1></td></tr><tr><td class="x">`+s.write(m)+`<div>`+n.visits()+` - `+n.today()+`</div></td></tr></table></td>
<td width=150 valign=top>`+n.news()+`</td></tr><tr><td colspan=3>`+n.links(" | ")+`</td></tr></table></form></body>`)
	}},
	{"liferay", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<h3 class=\"sub\"><span>%s</span></h3>\n"
		m.para = "<div class=\"para\">%s</div>\n"
		return page(s, n, s.title+" - "+n.org(), `<body class="yui3-skin-sam"><div id="wrapper"><header id="banner" role="banner"><h1 class="site-title"><a href="/web/guest">`+n.org()+`</a></h1></header><nav role="navigation">`+n.menu()+`</nav><div id="content"><nav id="breadcrumbs"><ul class="breadcrumb"><li><a href="/">Home</a></li><li class="active">`+s.title+`</li></ul></nav>
<div class="columns-1-2"><div class="portlet-column"><section class="portlet"><h2 class="portlet-title-text">`+n.pick("اطلاعیه‌ها", "الإعلانات", "Announcements")+`</h2>`+n.news()+`</section></div><div class="portlet-column"><section class="portlet"><div class="portlet-content"><div class="journal-content-article"><h2>`+s.title+`</h2>`+s.write(m)+`</div></div></section></div></div></div>
<footer id="footer" role="contentinfo">`+n.menu()+`<p>`+n.visits()+`</p></footer></div></body>`)
	}},
	{"drupal", func(s statement, n noise) string {
		return page(s, n, s.title+" | "+n.org(), `<body class="path-node"><a href="#main-content" class="visually-hidden focusable">`+n.pick("رفتن به محتوای اصلی", "تجاوز إلى المحتوى الرئيسي", "Skip to main content")+`</a><div class="dialog-off-canvas-main-canvas"><div class="layout-container"><header role="banner"><div class="region-header">`+n.menu()+`</div></header><div class="region-breadcrumb"><nav role="navigation"><ol><li><a href="/">Home</a></li></ol></nav></div>
<main role="main"><a id="main-content" tabindex="-1"></a><div class="region region-content"><div data-drupal-messages-fallback class="hidden"></div><div class="block-page-title-block"><h1 class="page-title"><span>`+s.title+`</span></h1></div><article class="node"><div class="node__content"><div class="field--name-body">`+s.write(plainMarks)+`</div><ul class="links inline"><li><a href="/print/7">`+n.pick("نسخه قابل چاپ", "نسخة للطباعة", "Printer-friendly version")+`</a></li></ul></div></article></div>
<aside class="layout-sidebar-second" role="complementary"><h2>`+n.pick("اخبار مرتبط", "أخبار ذات صلة", "Related news")+`</h2>`+n.news()+`</aside></main><footer role="contentinfo"><div>`+n.links(" ")+`</div><div>`+n.today()+`</div></footer></div></div></body>`)
	}},
	{"joomla", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<h4>%s</h4>\n"
		return page(s, n, s.title, `<body class="site com_content"><div class="body"><div class="container"><header class="header"><a class="brand" href="/">`+n.org()+`</a></header><nav class="navigation">`+n.menu()+`</nav><div class="row-fluid"><div id="sidebar"><div class="moduletable"><h3>`+n.pick("پربازدیدترین مطالب", "الأكثر قراءة", "Most read")+`</h3>`+n.news()+`</div></div>
<main id="content"><div class="item-page"><div class="page-header"><h2 itemprop="headline">`+s.title+`</h2></div><dl class="article-info"><dd class="hits">`+n.pick("بازدید", "الزيارات", "Hits")+`: `+fmt.Sprint(n.r.IntN(90000)+100)+`</dd></dl><div itemprop="articleBody">`+s.write(m)+`</div><ul class="pager"><li><a href="/7">`+n.pick("بعدی", "التالي", "Next")+`</a></li><li><a href="/5">`+n.pick("قبلی", "السابق", "Prev")+`</a></li></ul></div></main></div></div></div><footer class="footer"><p>© `+n.org()+`</p><p>`+n.today()+`</p></footer></body>`)
	}},
	{"react", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<details class="border-b"><summary class="flex py-4"><span class="text-lg">%s</span><svg><path d="M0"/></svg></summary>`
		m.open, m.close = `<div class="prose">`, "</div></details>\n"
		m.para = `<div class="mb-4 text-gray-700">%s</div>`
		return page(s, n, s.title+" | "+n.org(), `<body><div id="__next"><div class="min-h-screen flex flex-col"><div class="sticky top-0"><div class="flex gap-4">`+n.links("")+`</div><div class="text-xs">`+n.today()+`</div></div><div class="container mx-auto"><div class="py-8"><h1 class="text-3xl">`+s.title+`</h1>`+s.write(m)+`</div></div><div class="bg-gray-900"><div class="grid">`+n.links("")+`</div><span>`+n.visits()+`</span></div></div></div>
<script id="__NEXT_DATA__" type="application/json">{"props":{"nonce":"`+n.token()+`"}}</script></body>`)
	}},
	{"angular", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<mat-expansion-panel class="mat-expansion-panel"><mat-expansion-panel-header role="button" aria-expanded="false"><span class="mat-content"><mat-panel-title>%s</mat-panel-title></span><span class="mat-expansion-indicator"></span></mat-expansion-panel-header>`
		m.open, m.close = `<div class="mat-expansion-panel-content" role="region" style="visibility: hidden; height: 0px;"><div class="mat-expansion-panel-body">`, "</div></div></mat-expansion-panel>\n"
		return page(s, n, s.title, `<body><app-root ng-version="17.0.1"><app-header><mat-toolbar>`+n.links("")+`</mat-toolbar></app-header><router-outlet></router-outlet><app-privacy><section class="wrap"><h1>`+s.title+`</h1><mat-accordion>`+s.write(m)+`</mat-accordion></section></app-privacy><app-footer><div>`+n.menu()+`</div><div>`+n.visits()+`</div></app-footer></app-root></body>`)
	}},
	{"bare lines", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p><b>%s:</b></p>\n"
		return "<html><head><meta charset=utf-8><title>" + s.title + "</title></head><body dir=" + s.dir + "><table border=1><tr>" + strings.NewReplacer("<ul>", "", "</ul>", "", "<li>", "<td>", "</li>", "</td>").Replace(n.menu()) + "</tr></table>\n<p>" + n.today() + "</p>\n<h1>" + s.title + "</h1>\n" + s.write(m) + "<hr>\n<div>" + n.menu() + n.banner() + " " + n.visits() + " <!-- " + n.token() + " --></div></body></html>"
	}},
	{"word export", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p class=MsoNormal dir=RTL><b><span lang=FA style='font-family:\"B Nazanin\"'>%s<o:p></o:p></span></b></p>\n"
		m.para = "<p class=MsoNormal dir=RTL style='text-align:justify'><span\nlang=FA>%s</span><span dir=LTR><o:p></o:p></span></p>\n<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
		m.item = "<p class=MsoListParagraph style='text-indent:-.25in'><![if !supportLists]><span style='font-family:Symbol'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]><span>%s</span></p>\n"
		m.listOpen, m.listClose = "", ""
		return page(s, n, s.title, `<body><div id="main-menu">`+n.menu()+`</div><div class="content-area"><div class="inner"><h3>`+s.title+`</h3><div class=WordSection1>`+s.write(m)+`</div></div><div class="views">`+n.visits()+`</div></div><div class="bottom">`+n.links(" - ")+`</div></body>`)
	}},
	{"tabs", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<div class="card"><div class="card-header"><h5><button class="btn btn-link collapsed" data-toggle="collapse" data-target="#c" aria-expanded="false">%s</button></h5></div>`
		m.open, m.close = `<div class="collapse"><div class="card-body">`, "</div></div></div>\n"
		return page(s, n, s.title, `<body><div class="navbar"><div class="container">`+n.menu()+`</div></div><div class="modal" role="dialog" style="display:none"><div class="modal-body"><p>`+n.pick("برای ادامه وارد حساب کاربری خود شوید.", "يرجى تسجيل الدخول للمتابعة.", "Please sign in to go on.")+`</p><button>`+n.pick("ورود", "دخول", "Log in")+`</button></div></div><div class="container body-content"><ol class="breadcrumb"><li><a href="/">Home</a></li><li>`+s.title+`</li></ol><div class="page-header"><h1>`+s.title+`</h1></div><div id="accordion">`+s.write(m)+`</div></div><div class="footer"><div class="container">`+n.links(" ")+`<p>`+n.visits()+`</p></div></div></body>`)
	}},
}

// proseFooter is what agencies put under every page: an address, a promise, a
// copyright line, all of it running text.
func proseFooter(n noise) string {
	return `<div class="f1"><div class="col"><h4>` + n.pick("درباره سازمان", "عن الهيئة", "About the authority") + `</h4><p>` +
		n.pick("این سازمان از سال ۱۳۴۲ آمار بارش و دما را گردآوری و در اختیار پژوهشگران می‌گذارد.", "أنشئت الهيئة عام ١٣٩٥هـ لتنظيم المراعي وتنميتها، وتتبع الوزارة المختصة.", "The authority has lit the coast since 1871, and it answers to the ministry of transport.") +
		`</p></div><div class="col"><ul><li><a href="/a">` + n.pick("دسترسی سریع", "روابط سريعة", "Quick links") + `</a></li><li><a href="/b">` + n.pick("مناقصه‌ها", "المنافسات", "Tenders") + `</a></li><li><a href="/c">` + n.pick("سامانه شکایات", "الشكاوى", "Complaints") + `</a></li><li><a href="/d">` + n.pick("آمار و نمودارها", "الإحصاءات والتقارير", "Charts and figures") + `</a></li><li><a href="/e">` + n.pick("کتابخانه سازمان", "مكتبة الهيئة", "Library of the authority") + `</a></li><li><a href="/f">` + n.pick("فرصت‌های شغلی", "الوظائف الشاغرة", "Work with us at sea") + `</a></li></ul></div><p>` +
		n.pick("تمامی حقوق این درگاه متعلق به سازمان است.", "جميع الحقوق محفوظة للهيئة.", "All rights reserved by the authority.") + `</p></div>`
}

// announcement is running text that changes with every request.
func announcement(n noise) string {
	k := n.r.IntN(2)
	return []string{
		n.pick("به اطلاع مراجعان می‌رساند سامانه ثبت درخواست، پنج‌شنبه این هفته برای به‌روزرسانی در دسترس نیست.", "نود إشعار المستفيدين بأن البوابة ستتوقف للصيانة مساء الخميس القادم، ونعتذر عن ذلك.", "Applicants should know that the register will be closed on Thursday evening, while it is moved."),
		n.pick("مهلت ارسال مدارک کشاورزان خسارت‌دیده تا پایان ماه تمدید شد، برای جزئیات به اخبار مراجعه کنید.", "تم تمديد فترة استقبال طلبات الدعم حتى نهاية الشهر الحالي، وفق الضوابط المعلنة.", "Fees for visiting yachts were lowered until October, as the council decided last week."),
	}[k]
}

// newsCards are teasers with words of their own.
func newsCards(n noise) string {
	var b strings.Builder
	w := newsWords[n.lang]
	for _, k := range n.r.Perm(len(w))[:3] {
		fmt.Fprintf(&b, `<div class="card"><h3><a href="/n/%d">%s</a></h3><p>%s</p><a href="/n/%d">%s</a></div>`, k, w[k], announcement(n), k, n.pick("ادامه مطلب", "اقرأ المزيد", "Read more"))
	}
	return b.String()
}

var hardFamilies = []family{
	{"prose footer in divs", func(s statement, n noise) string {
		return page(s, n, s.title, `<body><div class="top"><div>`+n.menu()+`</div></div><div class="mid"><h1>`+s.title+`</h1>`+s.write(plainMarks)+`</div>`+proseFooter(n)+`</body>`)
	}},
	{"announcements", func(s statement, n noise) string {
		return page(s, n, s.title+" - "+n.org(), `<body><div class="hd">`+n.links(" ")+`</div><div class="wrap"><div class="ann"><h3>`+n.pick("اطلاعیه‌ها", "إعلان هام", "Announcements")+`</h3><p>`+announcement(n)+`</p></div><div class="pg"><h1>`+s.title+`</h1><div class="body">`+s.write(plainMarks)+`</div></div><div class="cards"><h2>`+n.pick("آخرین اخبار", "آخر الأخبار", "Latest news")+`</h2>`+newsCards(n)+`</div></div>`+proseFooter(n)+`</body>`)
	}},
	{"banner in a plain div", func(s statement, n noise) string {
		return page(s, n, s.title, `<body><div id="ck"><div><p>`+n.pick("ما برای تحلیل بازدید و بهبود خدمات از کوکی استفاده می‌کنیم. با ادامه کار می‌پذیرید.", "نستخدم ملفات تعريف الارتباط لتحليل الزيارات وتحسين الخدمات. باستمرارك فإنك توافق.", "We use cookies to analyse visits and to improve our services. By going on you agree.")+`</p><div><button>`+n.pick("پذیرش همه", "قبول الكل", "Accept all")+`</button><button>`+n.pick("رد همه", "رفض الكل", "Reject all")+`</button><a href="/c">`+n.pick("بیشتر بخوانید", "اقرأ المزيد", "Read more")+`</a></div></div></div><div>`+n.menu()+`</div><div><div><h2>`+s.title+`</h2></div><div>`+s.write(plainMarks)+`</div></div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"hidden modal on the home page", func(s statement, n noise) string {
		return page(s, n, n.org(), `<body><div>`+n.menu()+`</div><div class="hero"><h1>`+n.org()+`</h1><p>`+announcement(n)+`</p></div><div class="grid">`+newsCards(n)+`</div><div id="privacyModal" class="modal fade" role="dialog" style="display:none"><div class="modal-dialog"><div class="modal-header"><h4>`+s.title+`</h4><button type="button" class="close">×</button></div><div class="modal-body">`+s.write(plainMarks)+`</div><div class="modal-footer"><button>`+n.pick("بستن", "إغلاق", "Close")+`</button></div></div></div>`+proseFooter(n)+`</body>`)
	}},
	{"sections as siblings", func(s statement, n noise) string {
		m := plainMarks
		m.heading, m.open, m.close = "<section class=\"row\"><div class=\"col-3\"><h2>%s</h2></div><div class=\"col-9\">", "", "</div></section>\n"
		return page(s, n, s.title, `<body><header><div>`+n.menu()+`</div></header><section class="hero"><div><h1>`+s.title+`</h1></div></section>`+s.write(m)+`<section class="news"><h2>`+n.pick("اخبار", "الأخبار", "News")+`</h2>`+newsCards(n)+`</section><footer>`+proseFooter(n)+`</footer></body>`)
	}},
	{"contact form under the text", func(s statement, n noise) string {
		return page(s, n, s.title, `<body><div class="m">`+n.menu()+`</div><div class="c"><h1>`+s.title+`</h1><div>`+s.write(plainMarks)+`</div><div class="fb"><form><p>`+n.pick("آیا این صفحه مفید بود؟ نظر خود را بنویسید.", "هل كانت هذه الصفحة مفيدة؟ اكتب رأيك.", "Was this page useful? Tell us what you think.")+`</p><label>`+n.pick("نام", "الاسم", "Name")+`</label><input type="text"><textarea></textarea><button>`+n.pick("ارسال", "إرسال", "Send")+`</button></form></div></div><div class="ft">`+n.links(" | ")+`</div></body>`)
	}},
	{"wide and narrow copies", func(s statement, n noise) string {
		return page(s, n, s.title, `<body><div class="nav">`+n.menu()+`</div><div class="only-wide"><h1>`+s.title+`</h1>`+s.write(plainMarks)+`</div><div class="only-narrow"><h1>`+s.title+`</h1>`+s.write(plainMarks)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"tab panels", func(s statement, n noise) string {
		m := plainMarks
		var tabs strings.Builder
		k := 0
		for _, p := range s.parts {
			if p.kind == 'h' {
				fmt.Fprintf(&tabs, `<li role="presentation"><a href="#tab%d" data-toggle="tab">%s</a></li>`, k, p.text)
				k++
			}
		}
		// The writer numbers nothing, so the panels are numbered afterwards.
		m.heading, m.open, m.close = `<div class="tab-pane" id="tabN"><!--%s-->`, "", "</div>\n"
		body := s.write(m)
		for i := range k {
			body = strings.Replace(body, "tabN", fmt.Sprintf("tab%d", i), 1)
		}
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1><ul class="nav nav-tabs">`+tabs.String()+`</ul><div class="tab-content">`+body+`</div></div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"plain accordion", func(s statement, n noise) string {
		m := plainMarks
		m.heading, m.open, m.close = `<button class="accordion">%s</button>`, `<div class="panel">`, "</div>\n"
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+s.write(m)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"definition list", func(s statement, n noise) string {
		m := plainMarks
		m.heading, m.open, m.close = `<dl><dt>%s</dt>`, `<dd>`, "</dd></dl>\n"
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+s.write(m)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"layout rows", func(s statement, n noise) string {
		m := plainMarks
		m.heading, m.open, m.close = `<tr><td valign="top"><b>%s</b></td>`, `<td>`, "</td></tr>\n"
		b := s.write(m)
		k := strings.Index(b, "<tr>")
		if i := strings.Index(b, `<tr><td valign`); i >= 0 {
			k = i
		}
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+b[:k]+`<table>`+b[k:]+`</table></div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"numbered paragraphs", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p>N. %s</p>\n"
		b := s.write(m)
		for i := 1; strings.Contains(b, "<p>N."); i++ {
			b = strings.Replace(b, "<p>N.", fmt.Sprintf("<p>%d.", i), 1)
		}
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+b+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"callout in the text", func(s statement, n noise) string {
		body := s.write(plainMarks)
		k := strings.Index(body, "<p>")
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1><div class="alert" role="alert">`+body[k:strings.Index(body, "</p>")+4]+`</div>`+body[:k]+body[strings.Index(body, "</p>")+4:]+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"long announcements before the title", func(s statement, n noise) string {
		long := strings.Repeat("<p>"+announcement(n)+"</p>", 14)
		return page(s, n, s.title+" - "+n.org(), `<body><div>`+n.menu()+`</div><div class="main"><div class="box"><h3>`+n.pick("سخن روز", "كلمة الأسبوع", "Word of the day")+`</h3>`+long+`</div><h1>`+s.title+`</h1>`+s.write(plainMarks)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"styled spans", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<p style="text-align:justify"><span style="font-size:16px"><span style="color:#006699">%s</span></span></p>`
		m.para = `<p style="text-align:justify"><span style="font-size:14px">%s</span></p>`
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+s.write(m)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"classes only", func(s statement, n noise) string {
		m := plainMarks
		m.heading = `<div class="mt-6 text-xl">%s</div>`
		m.para = `<div class="mt-2">%s</div>`
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><div class="mt-8 text-3xl">`+s.title+`</div>`+s.write(m)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"nothing but paragraphs", func(s statement, n noise) string {
		m := plainMarks
		m.heading = "<p>%s</p>\n"
		return page(s, n, s.title, `<body><div>`+n.menu()+`</div><div class="main"><h1>`+s.title+`</h1>`+s.write(m)+`</div><div>`+n.links(" ")+`</div></body>`)
	}},
	{"app state", func(s statement, n noise) string {
		var b strings.Builder
		for _, p := range s.parts {
			switch p.kind {
			case 'h':
				fmt.Fprintf(&b, `{"type":"h","title":%q},`, p.text)
			case 'l':
				fmt.Fprintf(&b, `{"type":"html","text":%q},`, "<ul><li>"+p.text+"</li></ul>")
			case 'r', 'R':
				fmt.Fprintf(&b, `{"type":"html","text":%q},`, "<table><tr><td>"+strings.Join(p.cells, "</td><td>")+"</td></tr></table>")
			default:
				fmt.Fprintf(&b, `{"type":"p","text":%q},`, p.text)
			}
		}
		return page(s, n, s.title, `<body><div id="__next"><div class="spinner"></div></div><script id="__NEXT_DATA__" type="application/json">{"buildId":"`+n.token()+`","props":{"pageProps":{"page":{"title":`+fmt.Sprintf("%q", s.title)+`,"slug":"privacy","blocks":[`+strings.TrimSuffix(b.String(), ",")+`]}}}}</script></body>`)
	}},
	{"several texts", func(s statement, n noise) string {
		terms := n.pick("استفاده از خدمات این درگاه به معنای پذیرش این شرایط است. سازمان می‌تواند ارائه هر خدمت را با اعلام قبلی متوقف کند و در برابر قطعی شبکه پاسخگو نیست.", "يعد استخدامك للبوابة قبولا لهذه الشروط. وللهيئة إيقاف أي خدمة بعد الإعلان عن ذلك، ولا تتحمل مسؤولية انقطاع الشبكة.", "By using the services of this site you accept these terms. The authority may stop a service after giving notice, and it does not answer for a broken line.")
		text := strings.Repeat("<p>"+terms+"</p>", 6)
		m := plainMarks
		m.heading = "<h3>%s</h3>"
		return page(s, n, n.pick("قوانین و مقررات", "الأنظمة", "Legal"), `<body><div>`+n.menu()+`</div><div class="main"><section><h2>`+n.pick("شرایط استفاده", "شروط الاستخدام", "Terms of use")+`</h2>`+text+`</section><section><h2>`+n.pick("بیانیه حریم خصوصی", "سياسة الخصوصية", "Privacy policy")+`</h2>`+s.write(m)+`</section><section><h2>`+n.pick("حق نشر", "حقوق النشر", "Copyright")+`</h2>`+text+`</section></div><div>`+n.links(" ")+`</div></body>`)
	}},
}
