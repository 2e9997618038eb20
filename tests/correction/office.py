"""Edits a document in LibreOffice as a person does, and saves it.

office.py INPUT OUTPUT EDITS: EDITS is JSON, a list of [PARAGRAPH, ACTION, …] where PARAGRAPH is a text that the paragraph holds:
["…", "replace", OLD, NEW]  a word typed anew
["…", "retype", NEW]        the whole paragraph selected and typed anew
["…", "append", NEW]        typed behind the last word
["…", "split", WORD]        Enter pressed behind this word
["…", "join"]               the paragraph joined with the next one
["…", "strike", WORD]       a word struck through
["…", "hide", WORD]         a word hidden
["…", "footnote", TEXT]     a footnote at the end of the paragraph; "endnote" likewise
["…", "frame", TEXT]        a text frame at the paragraph
["…", "shape", TEXT]        a shape with this text
["…", "header", TEXT]       typed behind what stands at the head of its page
"""

import json
import subprocess
import sys
import time
import uuid

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def value(name, content):
    property = PropertyValue()
    property.Name, property.Value = name, content
    return property


def edit(document, holds, action, *texts):
    text = document.Text
    paragraphs = [p for p in text if p.supportsService("com.sun.star.text.Paragraph")]
    paragraph = next(p for p in paragraphs if holds in p.String)
    cursor = text.createTextCursorByRange(paragraph.Start)
    if action == "replace":
        cursor.goRight(paragraph.String.index(texts[0]), False)
        cursor.goRight(len(texts[0]), True)
        cursor.String = texts[1]
    elif action == "retype":
        cursor.gotoRange(paragraph.End, True)
        cursor.String = texts[0]
    elif action == "append":
        text.insertString(paragraph.End, texts[0], False)
    elif action == "split":
        cursor.goRight(paragraph.String.index(texts[0]) + len(texts[0]), False)
        text.insertControlCharacter(cursor, 0, False)
    elif action in ("strike", "hide"):
        cursor.goRight(paragraph.String.index(texts[0]), False)
        cursor.goRight(len(texts[0]), True)
        if action == "strike":
            cursor.CharStrikeout = 1
        else:
            cursor.CharHidden = True
    elif action in ("footnote", "endnote"):
        note = document.createInstance("com.sun.star.text." + action.capitalize())
        text.insertTextContent(paragraph.End, note, False)
        note.Text.setString(texts[0])
    elif action in ("frame", "shape"):
        kind = "text.TextFrame" if action == "frame" else "drawing.RectangleShape"
        put = document.createInstance("com.sun.star." + kind)
        size = uno.createUnoStruct("com.sun.star.awt.Size")
        size.Width, size.Height = 6000, 2000
        put.setSize(size)
        text.insertTextContent(paragraph.Start, put, False)
        put.Text.setString(texts[0]) if action == "frame" else put.setString(texts[0])
    elif action == "header":
        style = document.StyleFamilies.getByName("PageStyles").getByName(paragraph.PageStyleName)
        style.HeaderText.insertString(style.HeaderText.End, texts[0], False)
    elif action == "join":
        cursor.gotoRange(paragraph.End, False)
        cursor.goRight(1, True)
        cursor.String = ""


def main():
    source, target, edits = sys.argv[1:]
    pipe = "risalah" + uuid.uuid4().hex
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    context = None
    while context is None:
        if office.poll() is not None:
            sys.exit("LibreOffice ended before it could be asked")
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)  # asked again: LibreOffice says in no other way that it is there
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    try:
        url = uno.systemPathToFileUrl
        document = desktop.loadComponentFromURL(url(source), "_blank", 0, (value("Hidden", True),))
        for one in json.loads(edits):
            edit(document, *one)
        document.storeToURL(url(target), (value("FilterName", "MS Word 2007 XML"),))
        document.close(True)
    finally:
        desktop.terminate()
        office.wait()


main()
