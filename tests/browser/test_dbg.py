from tests.browser.test_phone_offline import *
def test_dbg(open_page, server, cast, forgive, page_watch):
    forgive(".")
    page=open_page("phone")
    page.context.on("console", lambda m: print("CONSOLE",m.text, m.location))
    page.context.on("weberror", lambda e: print("ERR",e.error))
    page.context.on("requestfailed", lambda r: print("FAILED",r.url, r.failure))
    page.set_default_timeout(3000)
    let_in(page,server,cast)
    server.stop()
    opened(page,server)
    page.get_by_role("link", name="Check in, then start").click()
    try:
        answer_check(page)
    except Exception as e: print(str(e)[:300])
    page.wait_for_timeout(500)
    print(page.url, page.locator("main").inner_text()[:1500])
    page.screenshot(path="/tmp/pics/dbg.png")
