// SPDX-License-Identifier: Apache-2.0
public import PhysicalMemory

/// Stages a new kernel in scattered pages, and writes the list of copies to their destinations.
///
/// The finished list has the kernel's invariants. A source is in no destination, or is the very
/// page that it is copied to; so no copy destroys a source, in whichever order the pages come. The
/// control page and the list's own pages are in no destination.
///
/// The memory it needs does not grow with the pages: the list lies in its indirection pages from
/// the first, and every entry has its place (``KImageLayout``). The pool may hand out a page that
/// is a later destination: it is noted at the place of that page's source entry. The pages of the
/// list are taken before any source, while the kernel takes one at a time. As long as there is no
/// list, such pages are chained through themselves.
///
/// Source: Linux 6.1, kernel/kexec_core.c (kimage_alloc_page and what calls it).
public struct KImageBuilder<Pages: PhysicalPages> {
  /// The machine.
  public var pages: Pages
  /// The segments, and the places of their entries.
  public let layout: KImageLayout
  /// The counts of pages so far, all 0 after a failure.
  public private(set) var counts = KImageCounts()

  /// The page for the reboot code buffer, once one is taken.
  public private(set) var controlPage: PhysicalAddress?
  /// The first indirection page.
  private var first: PhysicalAddress?
  /// The indirection page that was reached last, and its number.
  private var reached: (page: PhysicalAddress, number: UInt64)?
  /// The latest of the chained pages, which came before there was a list.
  private var chained: PhysicalAddress?
  /// The length of the chain: a pool that hands out a page twice could make a ring of it.
  private var chainedCount: UInt64 = 0
  /// Page 0, which can only be a source.
  private var zeroPage: PhysicalAddress?

  /// Begins without staged segments; no page is taken yet.
  public init(_ layout: KImageLayout, pages: Pages) {
    self.layout = layout
    self.pages = pages
  }

  /// Stages every segment and ends the list.
  ///
  /// - Returns: The image for the jump.
  /// - Throws: ``KImageError``; every page has then been given back.
  public mutating func build() throws(KImageError) -> KImage {
    for segment in layout.segments.indices { try stage(segment) }
    return try finish()
  }

  /// Stages one segment; the first call takes the control page and the pages of the list.
  ///
  /// - Parameter index: Of the segment. Each is staged once, in any order.
  /// - Throws: ``KImageError``; every page has then been given back.
  public mutating func stage(_ index: Int) throws(KImageError) {
    do throws(KImageError) {
      if first == nil { try prepare() }
      try stagePages(ofSegment: index)
    } catch {
      discard()
      throw error
    }
  }

  /// Ends the list.
  ///
  /// - Returns: The image for the jump.
  /// - Throws: ``KImageError/notStaged(segment:)``
  public mutating func finish() throws(KImageError) -> KImage {
    guard let controlPage, let first else { throw .notStaged(segment: 0) }
    for segment in layout.segments.indices {
      let entry = pages.word(at: try place(layout.firstEntry(of: segment)))
      if entry == 0 { throw .notStaged(segment: segment) }
    }
    // If its page is full, the end stands at the place of the link.
    let last = try place(layout.entriesBeforeDone - 1)
    guard let end = last.advanced(by: ByteCount(UInt64(4))) else { throw .unusablePage(last) }
    pages.setWord(KImageEntry.done.rawValue, at: end)
    guard let head = KImageEntry(.indirection, first) else { throw .unusablePage(first) }
    return KImage(head: head, controlPage: controlPage, page: layout.page)
  }

  /// Writes every segment directly to its destination, in the memory that is reserved for a crash
  /// kernel.
  ///
  /// - Parameter reserved: That memory. Of the pages from the pool only the control page is kept.
  /// - Returns: The image for the jump, which copies nothing.
  /// - Throws: ``KImageError``; every page has then been given back.
  public mutating func loadDirectly(within reserved: PhysicalRange) throws(KImageError) -> KImage {
    for (index, segment) in layout.segments.enumerated() {
      guard let range = segment.range, reserved.contains(range) else {
        throw .outsideReservation(segment: index, reserved: reserved)
      }
    }
    do throws(KImageError) {
      controlPage = try takeOutside()
    } catch {
      discard()
      throw error
    }
    guard let controlPage else { throw .outOfPages(staged: 0, of: layout.pageCount) }
    giveBackChained()
    for (index, segment) in layout.segments.enumerated() {
      for number in 0..<layout.pageCount(of: segment) {
        let offset = layout.offset(ofPage: number)
        guard let page = segment.first.advanced(by: offset) else { continue }
        fill(page, index, segment, offset)
      }
    }
    return KImage(head: .done, controlPage: controlPage, page: layout.page)
  }

  /// Gives back every page that was taken; staging is not possible afterwards.
  public mutating func discard() {
    giveBackChained()
    if let zeroPage { pages.giveBack(zeroPage) }
    if let controlPage { pages.giveBack(controlPage) }
    var next = first
    for _ in 0..<counts.indirection {
      guard let list = next else { break }
      next = nil
      for slot in 0...layout.entriesPerPage {
        guard let address = list.advanced(by: ByteCount(slot * 4)) else { break }
        let entry = KImageEntry(rawValue: pages.word(at: address))
        switch entry.kind(page: layout.page) {
        case .source: pages.giveBack(entry.address(page: layout.page))
        case .indirection: next = entry.address(page: layout.page)
        case .destination, .done, nil: break
        }
      }
      pages.giveBack(list)
    }
    (first, reached, controlPage, zeroPage) = (nil, nil, nil, nil)
    counts = KImageCounts()
  }
}

// MARK: Staging

extension KImageBuilder {
  private mutating func stagePages(ofSegment index: Int) throws(KImageError) {
    guard layout.segments.indices.contains(index) else { throw .noSegment(index) }
    let segment = layout.segments[index]
    let firstEntry = layout.firstEntry(of: index)
    let begin = try place(firstEntry)
    guard pages.word(at: begin) == 0 else { throw .stagedTwice(segment: index) }
    try write(.destination, segment.first, at: begin)
    for number in 0..<layout.pageCount(of: segment) {
      let offset = layout.offset(ofPage: number)
      guard let destination = segment.first.advanced(by: offset) else { continue }
      let place = try place(firstEntry + 1 + number)
      let source: PhysicalAddress
      if pages.word(at: place) == 0 {
        source = try takeSource(for: destination)
        try write(.source, source, at: place)
      } else {
        source = destination
      }
      fill(source, index, segment, offset)
      counts.staged += 1
      if source == destination { counts.inPlace += 1 }
    }
  }

  /// Takes a page that may be the source of a destination.
  private mutating func takeSource(
    for destination: PhysicalAddress
  ) throws(KImageError) -> PhysicalAddress {
    if let page = zeroPage {
      zeroPage = nil
      return page
    }
    while true {
      let page = try take()
      guard page != destination, let number = layout.entry(of: page) else { return page }
      let place = try place(number)
      let entry = KImageEntry(rawValue: pages.word(at: place))
      if entry == .empty {
        try write(.source, page, at: place)
        counts.setAside += 1
        continue
      }
      let staged = entry.address(page: layout.page)
      guard staged != page else { throw .handedOutTwice(page) }
      pages.copyPage(from: staged, to: page)
      try write(.source, page, at: place)
      counts.moved += 1
      counts.inPlace += 1
      return staged
    }
  }

  /// Puts a page of a segment's file into memory, with zeros behind the end of the file.
  private mutating func fill(
    _ page: PhysicalAddress, _ index: Int, _ segment: KImageSegment, _ offset: ByteCount
  ) {
    let size = layout.page.byteCount
    let count = min(size, segment.fileBytes.subtracting(offset) ?? .zero)
    if count != .zero { pages.copyFile(ofSegment: index, from: offset, count: count, to: page) }
    if let rest = size.subtracting(count), rest != .zero, let end = page.advanced(by: count) {
      pages.zero(from: end, count: rest)
    }
  }
}

// MARK: The list's own pages

extension KImageBuilder {
  /// Takes the control page and all pages of the list, empty and linked.
  private mutating func prepare() throws(KImageError) {
    controlPage = try takeOutside()
    var link: PhysicalAddress?
    for _ in 0..<layout.indirectionPageCount {
      let page = try takeOutside()
      pages.zero(from: page, count: layout.page.byteCount)
      if let link { try write(.indirection, page, at: link) } else { first = page }
      link = page.advanced(by: ByteCount(layout.entriesPerPage * 4))
      counts.indirection += 1
    }
    while let page = unchain() {
      guard let number = layout.entry(of: page) else { continue }
      let place = try place(number)
      guard pages.word(at: place) == 0 else { throw .handedOutTwice(page) }
      try write(.source, page, at: place)
    }
  }

  /// Takes a page that is in no destination. Page 0 is no such page: in a list its address means
  /// none.
  private mutating func takeOutside() throws(KImageError) -> PhysicalAddress {
    while true {
      let page = try take()
      if layout.isDestination(page) {
        // All ones marks the end of the chain: no page begins there.
        pages.setWord(UInt32(truncatingIfNeeded: chained?.rawValue ?? .max), at: page)
        chained = page
        chainedCount += 1
        counts.setAside += 1
      } else if page.rawValue == 0 {
        guard zeroPage == nil else { throw .handedOutTwice(page) }
        zeroPage = page
      } else {
        return page
      }
    }
  }

  private mutating func unchain() -> PhysicalAddress? {
    guard let page = chained, chainedCount > 0 else { return nil }
    let word = pages.word(at: page)
    chained = word == .max ? nil : PhysicalAddress(UInt64(word))
    chainedCount -= 1
    return page
  }

  private mutating func giveBackChained() {
    while let page = unchain() { pages.giveBack(page) }
    (chained, chainedCount) = (nil, 0)
  }

  private mutating func take() throws(KImageError) -> PhysicalAddress {
    guard let page = pages.takePage() else {
      throw .outOfPages(staged: counts.staged, of: layout.pageCount)
    }
    guard page.isAligned(to: layout.page), page <= PhysicalRange.below4GiB.last else {
      throw .unusablePage(page)
    }
    return page
  }

  private mutating func write(
    _ kind: KImageEntry.Kind, _ page: PhysicalAddress, at place: PhysicalAddress
  ) throws(KImageError) {
    guard let entry = KImageEntry(kind, page) else { throw .unusablePage(page) }
    pages.setWord(entry.rawValue, at: place)
  }

  /// Finds the place of an entry by following the links.
  private mutating func place(_ number: UInt64) throws(KImageError) -> PhysicalAddress {
    let (listPage, slot) = number.quotientAndRemainder(dividingBy: layout.entriesPerPage)
    guard var page = first else { throw .notStaged(segment: 0) }
    var at: UInt64 = 0
    // Most entries follow the previous one.
    if let reached, reached.number <= listPage { (page, at) = reached }
    while at < listPage {
      guard let link = page.advanced(by: ByteCount(layout.entriesPerPage * 4)) else { break }
      page = KImageEntry(rawValue: pages.word(at: link)).address(page: layout.page)
      at += 1
    }
    reached = (page, at)
    guard let place = page.advanced(by: ByteCount(slot * 4)) else { throw .unusablePage(page) }
    return place
  }
}
