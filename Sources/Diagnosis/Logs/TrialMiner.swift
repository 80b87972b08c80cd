public enum TrialMiner {
    public static func mine(_ bytes: UnsafeRawBufferPointer) -> [(String, String, Int)] {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return [] }
        var lines: [LineBytes] = []
        var start = 0
        while start < bytes.count {
            let end = bytes.firstOffset(of: 10, from: start) ?? bytes.count
            var stop = end
            while stop > start, base[stop - 1] == 13 { stop -= 1 }
            lines.append(LineBytes(base: base + start, count: stop - start))
            start = end + 1
        }
        let layout = LayoutLearner.layout(of: lines)
        var scanner = FieldScanner()
        scanner.takesTrailingYear = layout.takesTrailingYear
        var table = SignatureTable()
        var tokenizer = Tokenizer()
        var shapes: [(Int32, Int)] = []
        for line in lines {
            scanner.begin(line)
            let reading = layout.reading(&scanner)
            let message = line.slice(reading.start, reading.end).trimmed
            let shape = tokenizer.shape(of: message)
            let place = table.place(of: shape) ?? table.insert(message, shape: shape, &tokenizer)
            table.counts[Int(place)] += 1
            shapes.append((place, reading.start))
        }
        var reducer = TemplateReducer(table.signatures, pool: table.pool)
        reducer.reduce()
        let writer = TemplateText(pool: table.pool)
        var out: [(String, String, Int)] = []
        let names = reducer.signatures.map {
            (TemplateText.name(ofID: writer.id(of: $0)), writer.text(of: $0))
        }
        for (shape, start) in shapes {
            let name = names[reducer.current[Int(table.signatureOfShape[Int(shape)])]]
            out.append((name.0, name.1, start))
        }
        return out
    }
}
