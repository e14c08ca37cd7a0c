"""The workbook back, marked up: a copy with each faulty cell coloured and commented, and the list of issues in front.

Of a return that was a workbook it is a copy of that, which is never written to; of one that was CSV files it is made
from their text. The one door to openpyxl.
"""
