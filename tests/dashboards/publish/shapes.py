"""The mandatory elements of DCAT-AP 3, their counts and types, as SHACL."""

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <urn:observatory:shapes:> .

:Catalog sh:targetClass dcat:Catalog ; sh:property
  [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ; sh:uniqueLang true ],
  [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ; sh:uniqueLang true ],
  [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ],
  [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
:Agent sh:targetClass foaf:Agent ; sh:property
  [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
:Dataset sh:targetClass dcat:Dataset ; sh:property
  [ sh:path dct:title ; sh:minCount 2 ; sh:datatype rdf:langString ],
  [ sh:path dct:description ; sh:minCount 2 ; sh:uniqueLang true ],
  [ sh:path dct:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ],
  [ sh:path dct:issued ; sh:maxCount 1 ; sh:datatype xsd:date ],
  [ sh:path dct:accrualPeriodicity ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path dcat:theme ; sh:nodeKind sh:IRI ],
  [ sh:path dcat:keyword ; sh:minCount 1 ; sh:nodeKind sh:Literal ],
  [ sh:path dcat:temporalResolution ; sh:maxCount 1 ; sh:datatype xsd:duration ],
  [ sh:path dct:temporal ; sh:maxCount 1 ; sh:class dct:PeriodOfTime ],
  [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] .
:Period sh:targetClass dct:PeriodOfTime ; sh:property
  [ sh:path dcat:startDate ; sh:maxCount 1 ; sh:datatype xsd:gYearMonth ],
  [ sh:path dcat:endDate ; sh:maxCount 1 ; sh:datatype xsd:gYearMonth ] .
:Distribution sh:targetClass dcat:Distribution ; sh:property
  [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ; sh:pattern "^https://" ],
  [ sh:path dcat:downloadURL ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path dct:format ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path dcat:mediaType ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path dcat:byteSize ; sh:maxCount 1 ; sh:datatype xsd:nonNegativeInteger ],
  [ sh:path spdx:checksum ; sh:maxCount 1 ; sh:class spdx:Checksum ] .
:Checksum sh:targetClass spdx:Checksum ; sh:property
  [ sh:path spdx:algorithm ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ],
  [ sh:path spdx:checksumValue ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:hexBinary ] .
"""
