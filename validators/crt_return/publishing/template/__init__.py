"""The workbook a return is filled in with, made from the standard: what stands on each sheet, and how it looks.

Most people who fill in a return have Excel and nothing else. All that the workbook asks, offers and refuses comes from
the standard; it judges no return, and reads one only to take over from last quarter's what rarely changes.
"""
